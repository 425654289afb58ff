CREATE TABLE "rollout_groups" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "rollout_groups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"rollout_id" bigint NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"status" text COLLATE "C" NOT NULL,
	"filter" text NOT NULL,
	"percentage" real NOT NULL,
	"dynamic" boolean NOT NULL,
	"confirmation_required" boolean NOT NULL,
	"success_threshold" integer NOT NULL,
	"success_action" text COLLATE "C" NOT NULL,
	"error_threshold" integer NOT NULL,
	"success_action_expression" text NOT NULL,
	"error_action_expression" text NOT NULL,
	"total_targets" integer NOT NULL,
	"candidates" integer,
	"filled_to" bigint DEFAULT 0 NOT NULL,
	"scheduled_to" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "rollout_groups_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "rollout_groups_name_key" UNIQUE("tenant_id","rollout_id","name")
);
--> statement-breakpoint
CREATE TABLE "rollout_targets" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"rollout_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	CONSTRAINT "rollout_targets_tenant_id_target_id_rollout_id_pk" PRIMARY KEY("tenant_id","target_id","rollout_id")
);
--> statement-breakpoint
CREATE TABLE "rollouts" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "rollouts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"set_id" bigint NOT NULL,
	"filter" text NOT NULL,
	"reach" text,
	"status" text COLLATE "C" NOT NULL,
	"start_at" timestamp (3) with time zone,
	"force_type" text COLLATE "C" NOT NULL,
	"forced_at" timestamp (3) with time zone,
	"weight" integer NOT NULL,
	"dynamic" boolean NOT NULL,
	"total_targets" integer NOT NULL,
	"approval_decided_by" text,
	"approval_remark" text,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "rollouts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "rollouts_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "rollout_group_id" bigint;--> statement-breakpoint
ALTER TABLE "rollout_groups" ADD CONSTRAINT "rollout_groups_rollout_fkey" FOREIGN KEY ("tenant_id","rollout_id") REFERENCES "public"."rollouts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollout_targets" ADD CONSTRAINT "rollout_targets_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollout_targets" ADD CONSTRAINT "rollout_targets_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."rollout_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rollout_groups_rollout_idx" ON "rollout_groups" USING btree ("tenant_id","rollout_id","id");--> statement-breakpoint
CREATE INDEX "rollout_targets_group_idx" ON "rollout_targets" USING btree ("tenant_id","group_id","target_id");--> statement-breakpoint
CREATE INDEX "rollouts_set_idx" ON "rollouts" USING btree ("tenant_id","set_id");--> statement-breakpoint
CREATE INDEX "rollouts_under_way_idx" ON "rollouts" USING btree ("tenant_id","id") WHERE "rollouts"."status" IN ('creating', 'ready', 'starting', 'running', 'stopping', 'deleting');--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_rollout_group_fkey" FOREIGN KEY ("tenant_id","rollout_group_id") REFERENCES "public"."rollout_groups"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "actions_rollout_group_idx" ON "actions" USING btree ("tenant_id","rollout_group_id","status","target_id") WHERE "actions"."rollout_group_id" IS NOT NULL;