CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS btree_gin;--> statement-breakpoint
CREATE INDEX "target_metadata_value_idx" ON "target_metadata" USING btree ("tenant_id",(lower("key" COLLATE "default") COLLATE "C"),left((lower("value" COLLATE "default") COLLATE "C"), 128));--> statement-breakpoint
CREATE INDEX "target_attributes_value_idx" ON "target_attributes" USING btree ("tenant_id",(lower("key" COLLATE "default") COLLATE "C"),(lower("value" COLLATE "default") COLLATE "C"),"target_id","key","value");--> statement-breakpoint
CREATE INDEX "targets_group_lowered_idx" ON "targets" USING btree ("tenant_id",(lower("group" COLLATE "default") COLLATE "C"));--> statement-breakpoint
CREATE INDEX "targets_wildcards_idx" ON "targets" USING gin ("tenant_id",(lower("controller_id" COLLATE "default") COLLATE "C") gin_trgm_ops,(lower("name" COLLATE "default") COLLATE "C") gin_trgm_ops,(lower("description" COLLATE "default") COLLATE "C") gin_trgm_ops) WITH (gin_pending_list_limit=2048);--> statement-breakpoint
-- A pattern that one in a hundred matches would often be taken for one that nothing matches.
ALTER INDEX "targets_wildcards_idx" ALTER COLUMN 2 SET STATISTICS 500;--> statement-breakpoint
ALTER INDEX "targets_wildcards_idx" ALTER COLUMN 3 SET STATISTICS 500;--> statement-breakpoint
ALTER INDEX "targets_wildcards_idx" ALTER COLUMN 4 SET STATISTICS 500;--> statement-breakpoint
-- Without the outer collation: the planner looks for the bare expressions.
CREATE STATISTICS "target_attributes_value_stats" (mcv) ON "tenant_id", lower("key" COLLATE "default"), lower("value" COLLATE "default") FROM "target_attributes";--> statement-breakpoint
CREATE STATISTICS "target_metadata_value_stats" (mcv) ON "tenant_id", lower("key" COLLATE "default"), left((lower("value" COLLATE "default") COLLATE "C"), 128) FROM "target_metadata";--> statement-breakpoint
ANALYZE "targets", "target_attributes", "target_metadata";
