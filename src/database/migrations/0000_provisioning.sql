CREATE TABLE "target_types" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "target_types_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"colour" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "target_types_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "target_types_key_key" UNIQUE("tenant_id","key"),
	CONSTRAINT "target_types_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "target_attributes" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "target_attributes_tenant_id_target_id_key_pk" PRIMARY KEY("tenant_id","target_id","key")
);
--> statement-breakpoint
CREATE TABLE "target_polls" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"last_request_at" timestamp (3) with time zone,
	"address" text,
	CONSTRAINT "target_polls_tenant_id_target_id_pk" PRIMARY KEY("tenant_id","target_id")
);
--> statement-breakpoint
CREATE TABLE "targets" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "targets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"controller_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text COLLATE "C",
	"group" text COLLATE "C",
	"target_type_id" bigint,
	"security_token" text NOT NULL,
	"request_attributes" boolean NOT NULL,
	"update_status" text NOT NULL,
	"installed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "targets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "targets_controller_id_key" UNIQUE("tenant_id","controller_id"),
	CONSTRAINT "targets_update_status_check" CHECK ("targets"."update_status" IN ('unknown', 'registered', 'pending', 'in_sync', 'error'))
);
--> statement-breakpoint
CREATE TABLE "tenant_configuration" (
	"tenant_id" bigint NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "tenant_configuration_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"tenant_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tenants_tenant_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"name_key" text COLLATE "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "tenants_name_key" UNIQUE("name_key")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"username" text COLLATE "C" NOT NULL,
	"password_hash" text NOT NULL,
	"permissions" text[] NOT NULL,
	"roles" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "users_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "users_username_key" UNIQUE("tenant_id","username")
);
--> statement-breakpoint
ALTER TABLE "target_types" ADD CONSTRAINT "target_types_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_attributes" ADD CONSTRAINT "target_attributes_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_polls" ADD CONSTRAINT "target_polls_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_target_type_fkey" FOREIGN KEY ("tenant_id","target_type_id") REFERENCES "public"."target_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_configuration" ADD CONSTRAINT "tenant_configuration_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "targets_controller_id_lowered_idx" ON "targets" USING btree ("tenant_id",(lower("controller_id" COLLATE "default") COLLATE "C"));--> statement-breakpoint
CREATE INDEX "targets_name_lowered_idx" ON "targets" USING btree ("tenant_id",(lower("name" COLLATE "default") COLLATE "C"));--> statement-breakpoint
CREATE INDEX "targets_created_at_idx" ON "targets" USING btree ("tenant_id","created_at","controller_id");--> statement-breakpoint
CREATE INDEX "targets_target_type_idx" ON "targets" USING btree ("tenant_id","target_type_id") WHERE "targets"."target_type_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "target_polls" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
