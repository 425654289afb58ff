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
ALTER TABLE "artifact_uploads" ADD CONSTRAINT "artifact_uploads_module_fkey" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."software_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "artifact_uploads_module_idx" ON "artifact_uploads" USING btree ("tenant_id","module_id");