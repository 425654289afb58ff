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
ALTER TABLE "target_token_rotations" ADD CONSTRAINT "target_token_rotations_target_fkey" FOREIGN KEY ("tenant_id","target_id") REFERENCES "public"."targets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;