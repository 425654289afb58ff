CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS btree_gin;--> statement-breakpoint
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
	"rollout_group_id" bigint,
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
CREATE TABLE "api_keys" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "api_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"owner_id" bigint NOT NULL,
	"digest" text NOT NULL,
	"permissions" text[] NOT NULL,
	"roles" text[] NOT NULL,
	"scope" text,
	"expires_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "api_keys_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "api_keys_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "audit_event_names" (
	"tenant_id" bigint NOT NULL,
	"event_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_event_names_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"names" text[] NOT NULL,
	CONSTRAINT "audit_event_names_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_event_targets" (
	"tenant_id" bigint NOT NULL,
	"event_id" bigint NOT NULL,
	"block" bigint NOT NULL,
	"members" bit(32768) NOT NULL,
	CONSTRAINT "audit_event_targets_tenant_id_block_event_id_pk" PRIMARY KEY("tenant_id","block","event_id")
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text COLLATE "C" NOT NULL,
	"actor_kind" text NOT NULL,
	"api_key" text COLLATE "C",
	"channel" text NOT NULL,
	"address" text,
	"request_id" text COLLATE "C",
	"trace_parent" text COLLATE "C",
	"type" text COLLATE "C" NOT NULL,
	"subjects" text[],
	"filter" text,
	"count" bigint NOT NULL,
	"changes" jsonb,
	CONSTRAINT "audit_events_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "auto_assignments" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "auto_assignments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"filter" text NOT NULL,
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
	"creator_scopes" text[],
	"ignore_target_filter" boolean DEFAULT false NOT NULL,
	"passed_to" bigint DEFAULT 0 NOT NULL,
	"newest_passed" bigint DEFAULT 0 NOT NULL,
	"rests_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "auto_assignments_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "auto_assignments_name_key" UNIQUE("tenant_id","name"),
	CONSTRAINT "auto_assignments_target_filter_key" UNIQUE("tenant_id","target_filter_id")
);
--> statement-breakpoint
CREATE TABLE "certificate_authorities" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "certificate_authorities_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"certificate" text NOT NULL,
	"fingerprint" text COLLATE "C" NOT NULL,
	"subject" text NOT NULL,
	"not_before" timestamp (3) with time zone NOT NULL,
	"not_after" timestamp (3) with time zone NOT NULL,
	"revoked_serials" text[] NOT NULL,
	"bootstrap_only" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "certificate_authorities_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "certificate_authorities_name_key" UNIQUE("tenant_id","name"),
	CONSTRAINT "certificate_authorities_fingerprint_key" UNIQUE("tenant_id","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "target_claim_codes" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"digest" text COLLATE "C" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "target_claim_codes_tenant_id_target_id_pk" PRIMARY KEY("tenant_id","target_id")
);
--> statement-breakpoint
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
	"color" text,
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
	"color" text,
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
	"target_filter" text,
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
CREATE TABLE "enrollment_derivation_keys" (
	"tenant_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "enrollment_derivation_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"slot" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "enrollment_derivation_keys_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "enrollment_derivation_keys_slot_key" UNIQUE("tenant_id","group_id","slot"),
	CONSTRAINT "enrollment_derivation_keys_slot_check" CHECK ("enrollment_derivation_keys"."slot" IN ('primary', 'secondary'))
);
--> statement-breakpoint
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
	"applies_to" text NOT NULL,
	"requires_approval" boolean NOT NULL,
	"certificate_authority_id" bigint,
	"target_type_id" bigint,
	"target_group" text COLLATE "C",
	"attributes" jsonb NOT NULL,
	"certificate_policy" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "enrollment_groups_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "enrollment_groups_name_key" UNIQUE("tenant_id","name"),
	CONSTRAINT "enrollment_groups_certificate_authority_key" UNIQUE("tenant_id","certificate_authority_id"),
	CONSTRAINT "enrollment_groups_applies_to_check" CHECK ("enrollment_groups"."applies_to" IN ('registered', 'all'))
);
--> statement-breakpoint
CREATE TABLE "enrollment_hooks" (
	"tenant_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"timeout_seconds" integer NOT NULL,
	"on_failure" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "enrollment_hooks_tenant_id_group_id_pk" PRIMARY KEY("tenant_id","group_id"),
	CONSTRAINT "enrollment_hooks_on_failure_check" CHECK ("enrollment_hooks"."on_failure" IN ('wait', 'hold'))
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
	"credential" text,
	"given" jsonb,
	"reason" text,
	CONSTRAINT "pending_targets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "pending_targets_controller_id_key" UNIQUE("tenant_id","controller_id"),
	CONSTRAINT "pending_targets_state_check" CHECK ("pending_targets"."state" IN ('pending', 'rejected'))
);
--> statement-breakpoint
CREATE TABLE "fleet_history" (
	"tenant_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"registered" bigint DEFAULT 0 NOT NULL,
	"polls" bigint DEFAULT 0 NOT NULL,
	"finished" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"total" integer,
	"in_sync" integer,
	"pending" integer,
	"error" integer,
	CONSTRAINT "fleet_history_tenant_id_at_pk" PRIMARY KEY("tenant_id","at")
);
--> statement-breakpoint
CREATE TABLE "import_faults" (
	"tenant_id" bigint NOT NULL,
	"import_id" bigint NOT NULL,
	"line" bigint NOT NULL,
	"ordinal" integer NOT NULL,
	"is_warning" boolean DEFAULT false NOT NULL,
	"controller_id" text,
	"field" text NOT NULL,
	"code" text NOT NULL,
	"message" text NOT NULL,
	CONSTRAINT "import_faults_tenant_id_import_id_line_ordinal_pk" PRIMARY KEY("tenant_id","import_id","line","ordinal")
);
--> statement-breakpoint
CREATE TABLE "import_refused" (
	"tenant_id" bigint NOT NULL,
	"import_id" bigint NOT NULL,
	"line" bigint NOT NULL,
	"row" text NOT NULL,
	CONSTRAINT "import_refused_tenant_id_import_id_line_pk" PRIMARY KEY("tenant_id","import_id","line")
);
--> statement-breakpoint
CREATE TABLE "import_seen" (
	"tenant_id" bigint NOT NULL,
	"import_id" bigint NOT NULL,
	"controller_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "import_seen_tenant_id_import_id_controller_id_pk" PRIMARY KEY("tenant_id","import_id","controller_id")
);
--> statement-breakpoint
CREATE TABLE "import_uploads" (
	"tenant_id" bigint NOT NULL,
	"import_id" bigint NOT NULL,
	"digest" text COLLATE "C" NOT NULL,
	"username" text NOT NULL,
	"has_account" boolean NOT NULL,
	"api_key_id" bigint,
	"grants" text[] NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "import_uploads_tenant_id_import_id_pk" PRIMARY KEY("tenant_id","import_id")
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
	"delimiter" text,
	"columns" jsonb,
	"fields" jsonb,
	"layout" jsonb,
	"preview" jsonb DEFAULT '[]'::jsonb NOT NULL,
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
	"refused_kept" bigint DEFAULT 0 NOT NULL,
	"refused_bytes" bigint DEFAULT 0 NOT NULL,
	"warnings" bigint DEFAULT 0 NOT NULL,
	"transactions" bigint[] DEFAULT '{}' NOT NULL,
	"attempt" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"started_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "imports_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "imports_key_key" UNIQUE("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "issued_certificates" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "issued_certificates_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"target_id" bigint NOT NULL,
	"authority_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"serial" text COLLATE "C" NOT NULL,
	"not_before" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"certificate" text NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	"revocation_reason" text,
	CONSTRAINT "issued_certificates_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "issued_certificates_serial_key" UNIQUE("tenant_id","authority_id","serial"),
	CONSTRAINT "issued_certificates_reason_check" CHECK ("issued_certificates"."revocation_reason" IN ('unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation'))
);
--> statement-breakpoint
CREATE TABLE "issuing_authorities" (
	"tenant_id" bigint NOT NULL,
	"authority_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"secret" text NOT NULL,
	"upstream" jsonb,
	"chain" text[] NOT NULL,
	"crl_number" bigint NOT NULL,
	CONSTRAINT "issuing_authorities_tenant_id_authority_id_pk" PRIMARY KEY("tenant_id","authority_id"),
	CONSTRAINT "issuing_authorities_kind_check" CHECK ("issuing_authorities"."kind" IN ('made', 'intermediate', 'upstream') AND ("issuing_authorities"."kind" = 'upstream') = ("issuing_authorities"."upstream" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "jobs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"filter" text NOT NULL,
	"parameters" jsonb NOT NULL,
	"total" bigint NOT NULL,
	"done" bigint DEFAULT 0 NOT NULL,
	"changed" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"faults" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"code" text,
	"message" text,
	"reached" bigint DEFAULT 0 NOT NULL,
	"up_to" bigint NOT NULL,
	"event_id" bigint,
	"username" text COLLATE "C" NOT NULL,
	"has_account" boolean NOT NULL,
	"api_key_id" bigint,
	"grants" text[] NOT NULL,
	"channel" text NOT NULL,
	"address" text,
	"request_id" text COLLATE "C",
	"trace_parent" text COLLATE "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "jobs_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "roles_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"description" text NOT NULL,
	"permissions" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "roles_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "roles_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
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
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
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
	"creator_scope" text,
	"ignore_target_filter" boolean DEFAULT false NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"start_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
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
CREATE TABLE "secret_keys" (
	"key_id" text COLLATE "C" NOT NULL,
	"first_used_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "secret_keys_key_id_pk" PRIMARY KEY("key_id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "sessions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint,
	"username" text COLLATE "C",
	"roles" text[],
	"digest" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sessions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sessions_user_check" CHECK (("sessions"."user_id" IS NULL) = ("sessions"."username" IS NOT NULL AND "sessions"."roles" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "artifact_contents" (
	"tenant_id" bigint NOT NULL,
	"sha256" text COLLATE "C" NOT NULL,
	"sha1" text COLLATE "C" NOT NULL,
	"md5" text COLLATE "C" NOT NULL,
	"size" bigint NOT NULL,
	"location" text NOT NULL,
	"info" jsonb,
	CONSTRAINT "artifact_contents_tenant_id_sha256_pk" PRIMARY KEY("tenant_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "artifact_orphans" (
	"tenant_id" bigint NOT NULL,
	"location" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "artifact_orphans_tenant_id_location_pk" PRIMARY KEY("tenant_id","location")
);
--> statement-breakpoint
CREATE TABLE "artifact_uploads" (
	"tenant_id" bigint NOT NULL,
	"module_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "artifact_uploads_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"digest" text COLLATE "C" NOT NULL,
	"filename" text COLLATE "C" NOT NULL,
	"md5" text COLLATE "C",
	"sha1" text COLLATE "C",
	"sha256" text COLLATE "C",
	"username" text NOT NULL,
	"has_account" boolean NOT NULL,
	"api_key_id" bigint,
	"grants" text[] NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "artifact_uploads_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"tenant_id" bigint NOT NULL,
	"module_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "artifacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"filename" text COLLATE "C" NOT NULL,
	"sha256" text COLLATE "C",
	"external" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "artifacts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "artifacts_filename_key" UNIQUE("tenant_id","module_id","filename"),
	CONSTRAINT "artifacts_place_check" CHECK (("artifacts"."sha256" IS NULL) <> ("artifacts"."external" IS NULL))
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
	"color" text,
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
	"filter" text NOT NULL,
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
	"color" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "target_tags_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "target_tags_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "target_types" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "target_types_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"color" text,
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
CREATE TABLE "target_counts" (
	"tenant_id" bigint NOT NULL,
	"share" integer NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "target_counts_tenant_id_share_pk" PRIMARY KEY("tenant_id","share")
);
--> statement-breakpoint
CREATE TABLE "target_polls" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"last_request_at" timestamp (3) with time zone,
	"address" text,
	"credential" text,
	"credential_expires_at" timestamp (3) with time zone,
	"side" integer,
	"alternation" jsonb,
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
	"enrollment_group_id" bigint,
	"registered_with" text,
	"registered_from" text,
	"sharing_suspected_at" timestamp (3) with time zone,
	"derived_tokens_end_at" timestamp (3) with time zone,
	"certificate_expires_at" timestamp (3) with time zone,
	"moved_at" timestamp (3) with time zone,
	"moved_to_tenant_id" bigint,
	"moved_to_target_id" bigint,
	"overlap_due_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "targets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "targets_controller_id_key" UNIQUE("tenant_id","controller_id"),
	CONSTRAINT "targets_update_status_check" CHECK ("targets"."update_status" IN ('unknown', 'registered', 'pending', 'in_sync', 'error'))
);
--> statement-breakpoint
CREATE TABLE "tenant_usage" (
	"tenant_id" bigint NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"share" integer NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "tenant_usage_tenant_id_kind_share_pk" PRIMARY KEY("tenant_id","kind","share")
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
CREATE TABLE "target_token_rotations" (
	"tenant_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"rotated_at" timestamp (3) with time zone NOT NULL,
	"rotated_by" text NOT NULL,
	"old_digests" text[] NOT NULL,
	"old_until" timestamp (3) with time zone[] NOT NULL,
	CONSTRAINT "target_token_rotations_tenant_id_target_id_pk" PRIMARY KEY("tenant_id","target_id")
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
CREATE TABLE "webhook_deliveries" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "webhook_deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"webhook_id" bigint NOT NULL,
	"event_id" bigint NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"last_status" integer,
	"last_error" text,
	CONSTRAINT "webhook_deliveries_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"tenant_id" bigint NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "webhooks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text COLLATE "C" NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"event_types" text[],
	"active" boolean NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"suspended_at" timestamp (3) with time zone,
	"failures" integer NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"last_error" text,
	"leased_by" text,
	"leased_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"last_modified_at" timestamp (3) with time zone NOT NULL,
	"last_modified_by" text NOT NULL,
	CONSTRAINT "webhooks_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "webhooks_name_key" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
ALTER TABLE "action_entries" ADD CONSTRAINT "action_entries_action_fkey" FOREIGN KEY ("tenant_id","action_id") REFERENCES "public"."actions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_deployments" ADD CONSTRAINT "target_deployments_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_fkey" FOREIGN KEY ("tenant_id","owner_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_event_names" ADD CONSTRAINT "audit_event_names_event_fkey" FOREIGN KEY ("tenant_id","event_id") REFERENCES "public"."audit_events"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_event_targets" ADD CONSTRAINT "audit_event_targets_event_fkey" FOREIGN KEY ("tenant_id","event_id") REFERENCES "public"."audit_events"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_assignments" ADD CONSTRAINT "auto_assignments_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_assignments" ADD CONSTRAINT "auto_assignments_target_filter_fkey" FOREIGN KEY ("tenant_id","target_filter_id") REFERENCES "public"."target_filters"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_assignments" ADD CONSTRAINT "auto_assignments_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificate_authorities" ADD CONSTRAINT "certificate_authorities_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_claim_codes" ADD CONSTRAINT "target_claim_codes_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
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
ALTER TABLE "enrollment_derivation_keys" ADD CONSTRAINT "enrollment_derivation_keys_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_group_tags" ADD CONSTRAINT "enrollment_group_tags_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_group_tags" ADD CONSTRAINT "enrollment_group_tags_tag_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."target_tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_groups" ADD CONSTRAINT "enrollment_groups_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_groups" ADD CONSTRAINT "enrollment_groups_certificate_authority_fkey" FOREIGN KEY ("tenant_id","certificate_authority_id") REFERENCES "public"."certificate_authorities"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_groups" ADD CONSTRAINT "enrollment_groups_target_type_fkey" FOREIGN KEY ("tenant_id","target_type_id") REFERENCES "public"."target_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_hooks" ADD CONSTRAINT "enrollment_hooks_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment_tokens" ADD CONSTRAINT "enrollment_tokens_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pending_targets" ADD CONSTRAINT "pending_targets_group_fkey" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."enrollment_groups"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fleet_history" ADD CONSTRAINT "fleet_history_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_faults" ADD CONSTRAINT "import_faults_import_fkey" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."imports"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_refused" ADD CONSTRAINT "import_refused_import_fkey" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."imports"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_seen" ADD CONSTRAINT "import_seen_import_fkey" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."imports"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_uploads" ADD CONSTRAINT "import_uploads_import_fkey" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."imports"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issued_certificates" ADD CONSTRAINT "issued_certificates_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuing_authorities" ADD CONSTRAINT "issuing_authorities_authority_fkey" FOREIGN KEY ("tenant_id","authority_id") REFERENCES "public"."certificate_authorities"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollout_groups" ADD CONSTRAINT "rollout_groups_rollout_fkey" FOREIGN KEY ("tenant_id","rollout_id") REFERENCES "public"."rollouts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_set_fkey" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."distribution_sets"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact_contents" ADD CONSTRAINT "artifact_contents_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact_orphans" ADD CONSTRAINT "artifact_orphans_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact_uploads" ADD CONSTRAINT "artifact_uploads_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_content_fkey" FOREIGN KEY ("tenant_id","sha256") REFERENCES "public"."artifact_contents"("tenant_id","sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_module_metadata" ADD CONSTRAINT "software_module_metadata_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_module_types" ADD CONSTRAINT "software_module_types_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_modules" ADD CONSTRAINT "software_modules_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "software_modules" ADD CONSTRAINT "software_modules_type_fkey" FOREIGN KEY ("tenant_id","type_id") REFERENCES "public"."software_module_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_auto_confirm" ADD CONSTRAINT "target_auto_confirm_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_filters" ADD CONSTRAINT "target_filters_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_metadata" ADD CONSTRAINT "target_metadata_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_tag_assignments" ADD CONSTRAINT "target_tag_assignments_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_tag_assignments" ADD CONSTRAINT "target_tag_assignments_tag_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."target_tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_tags" ADD CONSTRAINT "target_tags_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_types" ADD CONSTRAINT "target_types_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_attributes" ADD CONSTRAINT "target_attributes_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_counts" ADD CONSTRAINT "target_counts_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_polls" ADD CONSTRAINT "target_polls_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_target_type_fkey" FOREIGN KEY ("tenant_id","target_type_id") REFERENCES "public"."target_types"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_usage" ADD CONSTRAINT "tenant_usage_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_configuration" ADD CONSTRAINT "tenant_configuration_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target_token_rotations" ADD CONSTRAINT "target_token_rotations_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_fkey" FOREIGN KEY ("tenant_id","webhook_id") REFERENCES "public"."webhooks"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_event_fkey" FOREIGN KEY ("tenant_id","event_id") REFERENCES "public"."audit_events"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "action_entries_action_idx" ON "action_entries" USING btree ("tenant_id","action_id","id");--> statement-breakpoint
CREATE INDEX "actions_target_idx" ON "actions" USING btree ("tenant_id","target_id","id");--> statement-breakpoint
CREATE INDEX "actions_active_idx" ON "actions" USING btree ("tenant_id","target_id","weight" DESC NULLS LAST,"id") WHERE "actions"."active";--> statement-breakpoint
CREATE INDEX "actions_set_idx" ON "actions" USING btree ("tenant_id","set_id","status");--> statement-breakpoint
CREATE INDEX "actions_ended_idx" ON "actions" USING btree ("tenant_id","last_modified_at") WHERE (NOT "actions"."active" AND "actions"."status" <> 'scheduled');--> statement-breakpoint
CREATE INDEX "actions_rollout_group_idx" ON "actions" USING btree ("tenant_id","rollout_group_id","status","target_id") WHERE "actions"."rollout_group_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "target_deployments_assigned_set_idx" ON "target_deployments" USING btree ("tenant_id","assigned_set_id");--> statement-breakpoint
CREATE INDEX "target_deployments_installed_set_idx" ON "target_deployments" USING btree ("tenant_id","installed_set_id");--> statement-breakpoint
CREATE INDEX "api_keys_owner_idx" ON "api_keys" USING btree ("tenant_id","owner_id");--> statement-breakpoint
CREATE INDEX "audit_event_names_event_idx" ON "audit_event_names" USING btree ("tenant_id","event_id");--> statement-breakpoint
CREATE INDEX "audit_event_names_names_idx" ON "audit_event_names" USING gin ("names");--> statement-breakpoint
CREATE INDEX "audit_event_targets_event_idx" ON "audit_event_targets" USING btree ("tenant_id","event_id");--> statement-breakpoint
CREATE INDEX "audit_events_at_idx" ON "audit_events" USING btree ("tenant_id","at");--> statement-breakpoint
CREATE INDEX "audit_events_subjects_idx" ON "audit_events" USING gin ("subjects");--> statement-breakpoint
CREATE INDEX "auto_assignments_set_idx" ON "auto_assignments" USING btree ("tenant_id","set_id");--> statement-breakpoint
CREATE INDEX "target_claim_codes_digest_idx" ON "target_claim_codes" USING btree ("tenant_id","digest");--> statement-breakpoint
CREATE INDEX "distribution_set_modules_module_idx" ON "distribution_set_modules" USING btree ("tenant_id","module_id");--> statement-breakpoint
CREATE INDEX "distribution_set_tag_assignments_tag_idx" ON "distribution_set_tag_assignments" USING btree ("tenant_id","tag_id","set_id");--> statement-breakpoint
CREATE INDEX "distribution_set_type_module_types_module_type_idx" ON "distribution_set_type_module_types" USING btree ("tenant_id","module_type_id");--> statement-breakpoint
CREATE INDEX "distribution_sets_type_idx" ON "distribution_sets" USING btree ("tenant_id","type_id");--> statement-breakpoint
CREATE INDEX "distribution_sets_with_filter_idx" ON "distribution_sets" USING btree ("tenant_id","id") WHERE "distribution_sets"."target_filter" IS NOT NULL AND "distribution_sets"."valid" AND NOT "distribution_sets"."deleted";--> statement-breakpoint
CREATE INDEX "target_type_set_types_set_type_idx" ON "target_type_set_types" USING btree ("tenant_id","set_type_id");--> statement-breakpoint
CREATE INDEX "enrollment_group_tags_tag_idx" ON "enrollment_group_tags" USING btree ("tenant_id","tag_id");--> statement-breakpoint
CREATE UNIQUE INDEX "enrollment_groups_default_idx" ON "enrollment_groups" USING btree ("tenant_id") WHERE "enrollment_groups"."is_default";--> statement-breakpoint
CREATE INDEX "enrollment_tokens_group_idx" ON "enrollment_tokens" USING btree ("tenant_id","group_id");--> statement-breakpoint
CREATE INDEX "pending_targets_group_idx" ON "pending_targets" USING btree ("tenant_id","group_id","state");--> statement-breakpoint
CREATE INDEX "imports_updated_at_idx" ON "imports" USING btree ("tenant_id","updated_at");--> statement-breakpoint
CREATE INDEX "issued_certificates_target_idx" ON "issued_certificates" USING btree ("tenant_id","target_id");--> statement-breakpoint
CREATE INDEX "issued_certificates_revoked_idx" ON "issued_certificates" USING btree ("tenant_id","authority_id","revoked_at") WHERE "issued_certificates"."revoked_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "issued_certificates_expired_idx" ON "issued_certificates" USING btree ("expires_at") WHERE "issued_certificates"."revoked_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "jobs_state_idx" ON "jobs" USING btree ("state","tenant_id","id");--> statement-breakpoint
CREATE INDEX "jobs_ended_at_idx" ON "jobs" USING btree ("tenant_id","ended_at");--> statement-breakpoint
CREATE INDEX "rollout_groups_rollout_idx" ON "rollout_groups" USING btree ("tenant_id","rollout_id","id");--> statement-breakpoint
CREATE INDEX "rollout_targets_group_idx" ON "rollout_targets" USING btree ("tenant_id","group_id","target_id");--> statement-breakpoint
CREATE INDEX "rollouts_set_idx" ON "rollouts" USING btree ("tenant_id","set_id");--> statement-breakpoint
CREATE INDEX "rollouts_under_way_idx" ON "rollouts" USING btree ("tenant_id","id") WHERE "rollouts"."status" IN ('creating', 'ready', 'starting', 'running', 'stopping', 'deleting');--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "sessions_username_idx" ON "sessions" USING btree ("tenant_id","username") WHERE "sessions"."username" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "artifact_uploads_module_idx" ON "artifact_uploads" USING btree ("tenant_id","module_id");--> statement-breakpoint
CREATE INDEX "artifacts_content_idx" ON "artifacts" USING btree ("tenant_id","sha256");--> statement-breakpoint
CREATE INDEX "target_metadata_value_idx" ON "target_metadata" USING btree ("tenant_id",(lower("key" COLLATE "default") COLLATE "C"),left((lower("value" COLLATE "default") COLLATE "C"), 128));--> statement-breakpoint
CREATE INDEX "target_tag_assignments_tag_idx" ON "target_tag_assignments" USING btree ("tenant_id","tag_id","target_id");--> statement-breakpoint
CREATE INDEX "target_attributes_value_idx" ON "target_attributes" USING btree ("tenant_id",(lower("key" COLLATE "default") COLLATE "C"),(lower("value" COLLATE "default") COLLATE "C"),"target_id","key","value");--> statement-breakpoint
CREATE INDEX "targets_controller_id_lowered_idx" ON "targets" USING btree ("tenant_id",(lower("controller_id" COLLATE "default") COLLATE "C"));--> statement-breakpoint
CREATE INDEX "targets_name_lowered_idx" ON "targets" USING btree ("tenant_id",(lower("name" COLLATE "default") COLLATE "C"));--> statement-breakpoint
CREATE INDEX "targets_name_idx" ON "targets" USING btree ("tenant_id","name","controller_id");--> statement-breakpoint
CREATE INDEX "targets_created_at_idx" ON "targets" USING btree ("tenant_id","created_at","controller_id");--> statement-breakpoint
CREATE INDEX "targets_group_lowered_idx" ON "targets" USING btree ("tenant_id",(lower("group" COLLATE "default") COLLATE "C"));--> statement-breakpoint
CREATE INDEX "targets_wildcards_idx" ON "targets" USING gin ("tenant_id",(lower("controller_id" COLLATE "default") COLLATE "C") gin_trgm_ops,(lower("name" COLLATE "default") COLLATE "C") gin_trgm_ops,(lower("description" COLLATE "default") COLLATE "C") gin_trgm_ops) WITH (gin_pending_list_limit=2048);--> statement-breakpoint
CREATE INDEX "targets_target_type_idx" ON "targets" USING btree ("tenant_id","target_type_id") WHERE "targets"."target_type_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "targets_enrollment_group_idx" ON "targets" USING btree ("tenant_id","enrollment_group_id") WHERE "targets"."enrollment_group_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "targets_overlap_due_at_idx" ON "targets" USING btree ("overlap_due_at") WHERE "targets"."overlap_due_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "targets_certificate_expires_at_idx" ON "targets" USING btree ("tenant_id","certificate_expires_at") WHERE "targets"."certificate_expires_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_webhook_idx" ON "webhook_deliveries" USING btree ("tenant_id","webhook_id","state","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_event_idx" ON "webhook_deliveries" USING btree ("tenant_id","event_id");--> statement-breakpoint
-- By hand: Drizzle cannot say what follows.
-- A rollout marks whole pages of targets, and each report one: with room on the page no index is written.
ALTER TABLE "targets" SET (fillfactor = 50);--> statement-breakpoint
-- Poll times are written all the time: their pages keep room, and are cleaned up early.
ALTER TABLE "target_polls" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);--> statement-breakpoint
-- A pattern that one in a hundred matches would often be taken for one that nothing matches.
ALTER INDEX "targets_wildcards_idx" ALTER COLUMN 2 SET STATISTICS 500;--> statement-breakpoint
ALTER INDEX "targets_wildcards_idx" ALTER COLUMN 3 SET STATISTICS 500;--> statement-breakpoint
ALTER INDEX "targets_wildcards_idx" ALTER COLUMN 4 SET STATISTICS 500;--> statement-breakpoint
-- Without the outer collation: the planner looks for the bare expressions.
CREATE STATISTICS "target_attributes_value_stats" (mcv) ON "tenant_id", lower("key" COLLATE "default"), lower("value" COLLATE "default") FROM "target_attributes";--> statement-breakpoint
CREATE STATISTICS "target_metadata_value_stats" (mcv) ON "tenant_id", lower("key" COLLATE "default"), left((lower("value" COLLATE "default") COLLATE "C"), 128) FROM "target_metadata";--> statement-breakpoint
-- Rows of a tenant are counted where they are made and deleted, whoever does so: a quota needs no count of all.
CREATE FUNCTION "count_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('muster.loading', true) = 'on' THEN RETURN NULL; END IF;
  INSERT INTO "tenant_usage" AS known ("tenant_id", "kind", "share", "total")
  SELECT "tenant_id", TG_TABLE_NAME, pg_backend_pid() % 16, (CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END) * count(*)
  FROM changed GROUP BY "tenant_id"
  ON CONFLICT ("tenant_id", "kind", "share") DO UPDATE SET "total" = known."total" + excluded."total";
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "target_tags_made" AFTER INSERT ON "target_tags" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "target_tags_gone" AFTER DELETE ON "target_tags" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "target_types_made" AFTER INSERT ON "target_types" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "target_types_gone" AFTER DELETE ON "target_types" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "target_filters_made" AFTER INSERT ON "target_filters" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "target_filters_gone" AFTER DELETE ON "target_filters" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "distribution_sets_made" AFTER INSERT ON "distribution_sets" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "distribution_sets_gone" AFTER DELETE ON "distribution_sets" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "distribution_set_tags_made" AFTER INSERT ON "distribution_set_tags" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "distribution_set_tags_gone" AFTER DELETE ON "distribution_set_tags" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "distribution_set_types_made" AFTER INSERT ON "distribution_set_types" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "distribution_set_types_gone" AFTER DELETE ON "distribution_set_types" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "software_modules_made" AFTER INSERT ON "software_modules" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "software_modules_gone" AFTER DELETE ON "software_modules" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "software_module_types_made" AFTER INSERT ON "software_module_types" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "software_module_types_gone" AFTER DELETE ON "software_module_types" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "auto_assignments_made" AFTER INSERT ON "auto_assignments" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "auto_assignments_gone" AFTER DELETE ON "auto_assignments" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "rollouts_made" AFTER INSERT ON "rollouts" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "rollouts_gone" AFTER DELETE ON "rollouts" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "users_made" AFTER INSERT ON "users" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "users_gone" AFTER DELETE ON "users" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "roles_made" AFTER INSERT ON "roles" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "roles_gone" AFTER DELETE ON "roles" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "api_keys_made" AFTER INSERT ON "api_keys" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "api_keys_gone" AFTER DELETE ON "api_keys" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "webhooks_made" AFTER INSERT ON "webhooks" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();--> statement-breakpoint
CREATE TRIGGER "webhooks_gone" AFTER DELETE ON "webhooks" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION "count_usage"();
