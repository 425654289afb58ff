CREATE TABLE "action_entries" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "action_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"action_id" bigint NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"code" integer,
	"messages" text[] NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"reported_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "action_entries_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "actions" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "actions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"target_id" bigint NOT NULL,
	"set_id" bigint NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"active" boolean NOT NULL,
	"force_type" text COLLATE "C" NOT NULL,
	"forced_at" timestamp (3) with time zone,
	"weight" integer NOT NULL,
	"window_schedule" text,
	"window_duration" text,
	"window_timezone" text,
	"external_ref" text,
	"initiated_by" text NOT NULL,
	"last_status_code" integer,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "actions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "target_deployments" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"assigned_set_id" bigint,
	"installed_set_id" bigint,
	CONSTRAINT "target_deployments_tenant_id_target_id_pk" PRIMARY KEY("tenant_id","target_id")
);
--> statement-breakpoint
ALTER TABLE "action_entries" ADD CONSTRAINT "action_entries_action_fkey" FOREIGN KEY ("tenant_id","action_id") REFERENCES "public"."actions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_deployments" ADD CONSTRAINT "target_deployments_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_deployments" ADD CONSTRAINT "target_deployments_assigned_set_fkey" FOREIGN KEY ("tenant_id","assigned_set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_deployments" ADD CONSTRAINT "target_deployments_installed_set_fkey" FOREIGN KEY ("tenant_id","installed_set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "action_entries_action_idx" ON "action_entries" USING btree ("tenant_id","action_id","id");--> statement-breakpoint
CREATE INDEX "actions_target_idx" ON "actions" USING btree ("tenant_id","target_id","id");--> statement-breakpoint
CREATE INDEX "actions_active_idx" ON "actions" USING btree ("tenant_id","target_id","weight" DESC NULLS LAST,"id") WHERE "actions"."active";--> statement-breakpoint
CREATE INDEX "actions_set_idx" ON "actions" USING btree ("tenant_id","set_id","status");--> statement-breakpoint
CREATE INDEX "target_deployments_assigned_set_idx" ON "target_deployments" USING btree ("tenant_id","assigned_set_id");--> statement-breakpoint
CREATE INDEX "target_deployments_installed_set_idx" ON "target_deployments" USING btree ("tenant_id","installed_set_id");