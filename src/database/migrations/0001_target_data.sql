CREATE TABLE "target_auto_confirm" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"initiator" text,
	"remark" text,
	"activated_at" timestamp (3) with time zone NOT NULL,
	"activated_by" text NOT NULL,
	CONSTRAINT "target_auto_confirm_tenant_id_target_id_pk" PRIMARY KEY("tenant_id","target_id")
);
--> statement-breakpoint
CREATE TABLE "target_filters" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "target_filters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"query" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "target_filters_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "target_filters_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "target_metadata" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "target_metadata_tenant_id_target_id_key_pk" PRIMARY KEY("tenant_id","target_id","key")
);
--> statement-breakpoint
CREATE TABLE "target_tag_assignments" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"tag_id" bigint NOT NULL,
	CONSTRAINT "target_tag_assignments_tenant_id_target_id_tag_id_pk" PRIMARY KEY("tenant_id","target_id","tag_id")
);
--> statement-breakpoint
CREATE TABLE "target_tags" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "target_tags_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"colour" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "target_tags_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "target_tags_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
ALTER TABLE "target_auto_confirm" ADD CONSTRAINT "target_auto_confirm_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_filters" ADD CONSTRAINT "target_filters_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_metadata" ADD CONSTRAINT "target_metadata_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_tag_assignments" ADD CONSTRAINT "target_tag_assignments_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_tag_assignments" ADD CONSTRAINT "target_tag_assignments_tag_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."target_tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_tags" ADD CONSTRAINT "target_tags_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "target_tag_assignments_tag_idx" ON "target_tag_assignments" USING btree ("tenant_id","tag_id","target_id");