CREATE TABLE "target_counts" (
	"tenant_id" bigint NOT NULL,
	"share" integer NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "target_counts_tenant_id_share_pk" PRIMARY KEY("tenant_id","share")
);
--> statement-breakpoint
ALTER TABLE "target_counts" ADD CONSTRAINT "target_counts_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
INSERT INTO "target_counts" ("tenant_id", "share", "total")
SELECT "tenant_id", 0, count(*) FROM "targets" GROUP BY "tenant_id";
