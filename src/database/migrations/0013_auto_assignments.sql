CREATE TABLE "auto_assignments" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "auto_assignments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"query" text NOT NULL,
	"target_filter_id" bigint,
	"set_id" bigint NOT NULL,
	"force_type" text COLLATE "C" NOT NULL,
	"weight" integer NOT NULL,
	"confirmation_required" boolean NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"start_at" timestamp (3) with time zone,
	"approval_decided_by" text,
	"approval_remark" text,
	"initiated_by" text NOT NULL,
	"reach" text[],
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "auto_assignments_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "auto_assignments_name_key" UNIQUE("tenant_id","name"),
	CONSTRAINT "auto_assignments_target_filter_key" UNIQUE("tenant_id","target_filter_id")
);
--> statement-breakpoint
ALTER TABLE "auto_assignments" ADD CONSTRAINT "auto_assignments_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_assignments" ADD CONSTRAINT "auto_assignments_target_filter_fkey" FOREIGN KEY ("tenant_id","target_filter_id") REFERENCES "public"."target_filters"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_assignments" ADD CONSTRAINT "auto_assignments_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "auto_assignments_set_idx" ON "auto_assignments" USING btree ("tenant_id","set_id");--> statement-breakpoint
CREATE INDEX "actions_ended_idx" ON "actions" USING btree ("tenant_id","last_modified_at") WHERE NOT "actions"."active";