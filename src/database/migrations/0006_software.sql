CREATE TABLE "distribution_set_metadata" (
	"tenant_id" bigint NOT NULL,
	"set_id" bigint NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "distribution_set_metadata_tenant_id_set_id_key_pk" PRIMARY KEY("tenant_id","set_id","key")
);
--> statement-breakpoint
CREATE TABLE "distribution_set_modules" (
	"tenant_id" bigint NOT NULL,
	"set_id" bigint NOT NULL,
	"module_id" bigint NOT NULL,
	CONSTRAINT "distribution_set_modules_tenant_id_set_id_module_id_pk" PRIMARY KEY("tenant_id","set_id","module_id")
);
--> statement-breakpoint
CREATE TABLE "distribution_set_tag_assignments" (
	"tenant_id" bigint NOT NULL,
	"set_id" bigint NOT NULL,
	"tag_id" bigint NOT NULL,
	CONSTRAINT "distribution_set_tag_assignments_tenant_id_set_id_tag_id_pk" PRIMARY KEY("tenant_id","set_id","tag_id")
);
--> statement-breakpoint
CREATE TABLE "distribution_set_tags" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "distribution_set_tags_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"colour" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "distribution_set_tags_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribution_set_tags_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "distribution_set_type_module_types" (
	"tenant_id" bigint NOT NULL,
	"set_type_id" bigint NOT NULL,
	"module_type_id" bigint NOT NULL,
	"mandatory" boolean NOT NULL,
	CONSTRAINT "distribution_set_type_module_types_pkey" PRIMARY KEY("tenant_id","set_type_id","module_type_id")
);
--> statement-breakpoint
CREATE TABLE "distribution_set_types" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "distribution_set_types_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"colour" text,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "distribution_set_types_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribution_set_types_key_key" UNIQUE("tenant_id","key"),
	CONSTRAINT "distribution_set_types_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "distribution_sets" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "distribution_sets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"type_id" bigint NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" text COLLATE "C" NOT NULL,
	"description" text,
	"required_migration_step" boolean NOT NULL,
	"locked" boolean DEFAULT false NOT NULL,
	"valid" boolean DEFAULT true NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "distribution_sets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribution_sets_version_key" UNIQUE("tenant_id","name","version")
);
--> statement-breakpoint
CREATE TABLE "target_type_set_types" (
	"tenant_id" bigint NOT NULL,
	"target_type_id" bigint NOT NULL,
	"set_type_id" bigint NOT NULL,
	CONSTRAINT "target_type_set_types_tenant_id_target_type_id_set_type_id_pk" PRIMARY KEY("tenant_id","target_type_id","set_type_id")
);
--> statement-breakpoint
CREATE TABLE "artifact_contents" (
	"tenant_id" bigint NOT NULL,
	"sha256" text COLLATE "C" NOT NULL,
	"sha1" text COLLATE "C" NOT NULL,
	"md5" text COLLATE "C" NOT NULL,
	"size" bigint NOT NULL,
	"location" text NOT NULL,
	CONSTRAINT "artifact_contents_tenant_id_sha256_pk" PRIMARY KEY("tenant_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "artifact_strays" (
	"tenant_id" bigint NOT NULL,
	"location" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "artifact_strays_tenant_id_location_pk" PRIMARY KEY("tenant_id","location")
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"tenant_id" bigint NOT NULL,
	"module_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "artifacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"filename" text COLLATE "C" NOT NULL,
	"sha256" text COLLATE "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "artifacts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "artifacts_filename_key" UNIQUE("tenant_id","module_id","filename")
);
--> statement-breakpoint
CREATE TABLE "software_module_metadata" (
	"tenant_id" bigint NOT NULL,
	"module_id" bigint NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	"target_visible" boolean NOT NULL,
	CONSTRAINT "software_module_metadata_tenant_id_module_id_key_pk" PRIMARY KEY("tenant_id","module_id","key")
);
--> statement-breakpoint
CREATE TABLE "software_module_types" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "software_module_types_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"colour" text,
	"min_artifacts" integer NOT NULL,
	"max_assignments" integer NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "software_module_types_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "software_module_types_key_key" UNIQUE("tenant_id","key"),
	CONSTRAINT "software_module_types_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "software_modules" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "software_modules_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"type_id" bigint NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" text COLLATE "C" NOT NULL,
	"description" text,
	"vendor" text,
	"locked" boolean DEFAULT false NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "software_modules_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "software_modules_version_key" UNIQUE("tenant_id","type_id","name","version")
);
--> statement-breakpoint
ALTER TABLE "distribution_set_metadata" ADD CONSTRAINT "distribution_set_metadata_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_modules" ADD CONSTRAINT "distribution_set_modules_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_modules" ADD CONSTRAINT "distribution_set_modules_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_tag_assignments" ADD CONSTRAINT "distribution_set_tag_assignments_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_tag_assignments" ADD CONSTRAINT "distribution_set_tag_assignments_tag_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."distribution_set_tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_tags" ADD CONSTRAINT "distribution_set_tags_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_type_module_types" ADD CONSTRAINT "distribution_set_type_module_types_set_type_fkey" FOREIGN KEY ("tenant_id","set_type_id") REFERENCES "public"."distribution_set_types"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_type_module_types" ADD CONSTRAINT "distribution_set_type_module_types_module_type_fkey" FOREIGN KEY ("tenant_id","module_type_id") REFERENCES "public"."software_module_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_set_types" ADD CONSTRAINT "distribution_set_types_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_sets" ADD CONSTRAINT "distribution_sets_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distribution_sets" ADD CONSTRAINT "distribution_sets_type_fkey" FOREIGN KEY ("tenant_id","type_id") REFERENCES "public"."distribution_set_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_type_set_types" ADD CONSTRAINT "target_type_set_types_target_type_fkey" FOREIGN KEY ("tenant_id","target_type_id") REFERENCES "public"."target_types"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_type_set_types" ADD CONSTRAINT "target_type_set_types_set_type_fkey" FOREIGN KEY ("tenant_id","set_type_id") REFERENCES "public"."distribution_set_types"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact_contents" ADD CONSTRAINT "artifact_contents_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact_strays" ADD CONSTRAINT "artifact_strays_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_content_fkey" FOREIGN KEY ("tenant_id","sha256") REFERENCES "public"."artifact_contents"("tenant_id","sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_module_metadata" ADD CONSTRAINT "software_module_metadata_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_module_types" ADD CONSTRAINT "software_module_types_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_modules" ADD CONSTRAINT "software_modules_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_modules" ADD CONSTRAINT "software_modules_type_fkey" FOREIGN KEY ("tenant_id","type_id") REFERENCES "public"."software_module_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "distribution_set_modules_module_idx" ON "distribution_set_modules" USING btree ("tenant_id","module_id");--> statement-breakpoint
CREATE INDEX "distribution_set_tag_assignments_tag_idx" ON "distribution_set_tag_assignments" USING btree ("tenant_id","tag_id","set_id");--> statement-breakpoint
CREATE INDEX "distribution_set_type_module_types_module_type_idx" ON "distribution_set_type_module_types" USING btree ("tenant_id","module_type_id");--> statement-breakpoint
CREATE INDEX "distribution_sets_type_idx" ON "distribution_sets" USING btree ("tenant_id","type_id");--> statement-breakpoint
CREATE INDEX "target_type_set_types_set_type_idx" ON "target_type_set_types" USING btree ("tenant_id","set_type_id");--> statement-breakpoint
CREATE INDEX "artifacts_content_idx" ON "artifacts" USING btree ("tenant_id","sha256");--> statement-breakpoint
INSERT INTO "software_module_types" ("tenant_id", "key", "name", "description", "min_artifacts", "max_assignments", "created_at", "created_by", "last_modified_at", "last_modified_by")
SELECT "tenant_id", preset.*, now(), 'system', now(), 'system'
FROM "tenants", (VALUES
	('os', 'OS', 'Core firmware or operating system', 0, 1),
	('application', 'Application', 'Application Addons', 0, 2147483647)
) AS preset;
--> statement-breakpoint
INSERT INTO "distribution_set_types" ("tenant_id", "key", "name", "description", "created_at", "created_by", "last_modified_at", "last_modified_by")
SELECT "tenant_id", preset.*, now(), 'system', now(), 'system'
FROM "tenants", (VALUES
	('os', 'OS only', 'Default type with Firmware/OS only.'),
	('app', 'App(s) only', 'Default type with app(s) only.'),
	('os_app', 'OS with app(s)', 'Default type with Firmware/OS and optional app(s).')
) AS preset;
--> statement-breakpoint
INSERT INTO "distribution_set_type_module_types" ("tenant_id", "set_type_id", "module_type_id", "mandatory")
SELECT s."tenant_id", s."id", m."id", preset.mandatory
FROM (VALUES ('os', 'os', true), ('app', 'application', true), ('os_app', 'os', true), ('os_app', 'application', false))
	AS preset(set_type, module_type, mandatory)
JOIN "distribution_set_types" s ON s."key" = preset.set_type
JOIN "software_module_types" m ON m."tenant_id" = s."tenant_id" AND m."key" = preset.module_type;
--> statement-breakpoint
INSERT INTO "tenant_configuration" ("tenant_id", "key", "value", "created_at", "created_by", "last_modified_at", "last_modified_by")
SELECT "tenant_id", 'default.ds.type', to_jsonb("id"), now(), 'system', now(), 'system'
FROM "distribution_set_types" WHERE "key" = 'os_app';
