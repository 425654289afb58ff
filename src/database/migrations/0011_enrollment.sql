CREATE TABLE "enrollment_group_tags" (
	"tenant_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"tag_id" bigint NOT NULL,
	CONSTRAINT "enrollment_group_tags_tenant_id_group_id_tag_id_pk" PRIMARY KEY("tenant_id","group_id","tag_id")
);
--> statement-breakpoint
CREATE TABLE "enrollment_groups" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "enrollment_groups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"is_default" boolean NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"registration_limit" bigint,
	"registrations" bigint NOT NULL,
	"allowed_controller_ids" text[] NOT NULL,
	"denied_controller_ids" text[] NOT NULL,
	"reach" text NOT NULL,
	"requires_approval" boolean NOT NULL,
	"certificate_authority_id" bigint,
	"target_type_id" bigint,
	"target_group" text COLLATE "C",
	"attributes" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "enrollment_groups_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "enrollment_groups_name_key" UNIQUE("tenant_id","name"),
	CONSTRAINT "enrollment_groups_certificate_authority_key" UNIQUE("tenant_id","certificate_authority_id"),
	CONSTRAINT "enrollment_groups_reach_check" CHECK ("enrollment_groups"."reach" IN ('registered', 'all'))
);
--> statement-breakpoint
CREATE TABLE "enrollment_tokens" (
	"tenant_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "enrollment_tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"digest" text COLLATE "C" NOT NULL,
	"prefix" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "enrollment_tokens_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "enrollment_tokens_digest_key" UNIQUE("tenant_id","digest")
);
--> statement-breakpoint
CREATE TABLE "pending_targets" (
	"tenant_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "pending_targets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"controller_id" text COLLATE "C" NOT NULL,
	"state" text NOT NULL,
	"first_request_at" timestamp (3) with time zone NOT NULL,
	"last_request_at" timestamp (3) with time zone NOT NULL,
	"address" text,
	"rejected_at" timestamp (3) with time zone,
	"rejected_by" text,
	CONSTRAINT "pending_targets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "pending_targets_controller_id_key" UNIQUE("tenant_id","controller_id"),
	CONSTRAINT "pending_targets_state_check" CHECK ("pending_targets"."state" IN ('pending', 'rejected'))
);
--> statement-breakpoint
ALTER TABLE "targets" ADD COLUMN "enrollment_group_id" bigint;--> statement-breakpoint
ALTER TABLE "enrollment_group_tags" ADD CONSTRAINT "enrollment_group_tags_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_group_tags" ADD CONSTRAINT "enrollment_group_tags_tag_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."target_tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_groups" ADD CONSTRAINT "enrollment_groups_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_groups" ADD CONSTRAINT "enrollment_groups_certificate_authority_fkey" FOREIGN KEY ("tenant_id","certificate_authority_id") REFERENCES "public"."certificate_authorities"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_groups" ADD CONSTRAINT "enrollment_groups_target_type_fkey" FOREIGN KEY ("tenant_id","target_type_id") REFERENCES "public"."target_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_tokens" ADD CONSTRAINT "enrollment_tokens_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pending_targets" ADD CONSTRAINT "pending_targets_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "enrollment_group_tags_tag_idx" ON "enrollment_group_tags" USING btree ("tenant_id","tag_id");--> statement-breakpoint
CREATE UNIQUE INDEX "enrollment_groups_default_idx" ON "enrollment_groups" USING btree ("tenant_id") WHERE "enrollment_groups"."is_default";--> statement-breakpoint
CREATE INDEX "enrollment_tokens_group_idx" ON "enrollment_tokens" USING btree ("tenant_id","group_id");--> statement-breakpoint
CREATE INDEX "pending_targets_group_idx" ON "pending_targets" USING btree ("tenant_id","group_id","state");--> statement-breakpoint
CREATE INDEX "targets_enrollment_group_idx" ON "targets" USING btree ("tenant_id","enrollment_group_id") WHERE "targets"."enrollment_group_id" IS NOT NULL;--> statement-breakpoint
INSERT INTO "enrollment_groups" ("tenant_id", "name", "description", "is_default", "registrations", "allowed_controller_ids", "denied_controller_ids", "reach", "requires_approval", "attributes", "created_at", "created_by", "last_modified_at", "last_modified_by")
SELECT "tenant_id", 'default', 'The group of the gateway token.', true, 0, '{}', '{}', 'all', false, '{}', now(), 'system', now(), 'system'
FROM "tenants";