CREATE TABLE "import_faults" (
	"tenant_id" bigint NOT NULL,
	"import_id" bigint NOT NULL,
	"line" bigint NOT NULL,
	"ordinal" integer NOT NULL,
	"controller_id" text,
	"field" text NOT NULL,
	"code" text NOT NULL,
	"message" text NOT NULL,
	CONSTRAINT "import_faults_tenant_id_import_id_line_ordinal_pk" PRIMARY KEY("tenant_id","import_id","line","ordinal")
);
--> statement-breakpoint
CREATE TABLE "import_seen" (
	"tenant_id" bigint NOT NULL,
	"import_id" bigint NOT NULL,
	"controller_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "import_seen_tenant_id_import_id_controller_id_pk" PRIMARY KEY("tenant_id","import_id","controller_id")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "imports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text COLLATE "C",
	"state" text NOT NULL,
	"mode" text NOT NULL,
	"format" text NOT NULL,
	"dry_run" boolean NOT NULL,
	"message" text,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"bytes_total" bigint,
	"lines" bigint DEFAULT 0 NOT NULL,
	"digest" text,
	"rows_read" bigint DEFAULT 0 NOT NULL,
	"rows_created" bigint DEFAULT 0 NOT NULL,
	"rows_updated" bigint DEFAULT 0 NOT NULL,
	"rows_refused" bigint DEFAULT 0 NOT NULL,
	"faults" bigint DEFAULT 0 NOT NULL,
	"attempt" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"started_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "imports_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "imports_key_key" UNIQUE("tenant_id","key")
);
--> statement-breakpoint
ALTER TABLE "import_faults" ADD CONSTRAINT "import_faults_import_fkey" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."imports"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_seen" ADD CONSTRAINT "import_seen_import_fkey" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."imports"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imports_updated_at_idx" ON "imports" USING btree ("tenant_id","updated_at");