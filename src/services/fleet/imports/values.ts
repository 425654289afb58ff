import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { requireQuotas } from '../../platform/quotas.ts';
import type { Context } from '../../shared/context.ts';
import { type Kind, LETTERS } from './chunk.ts';

/**
 * Adds the addresses, attributes, metadata and tags of the staged rows to their targets. A key that exists is
 * overwritten; the last row wins. If `areNew`, no target has any yet: not looking for them costs a quarter less.
 */
export async function mergeValues(
  tx: Transaction,
  author: Importer,
  kinds: ReadonlySet<Kind>,
  { areNew }: { areNew: boolean },
): Promise<void> {
  const { tenantId } = author.caller;
  if (kinds.has('address')) await mergeAddresses(tx, tenantId, areNew);
  for (const kind of ['attribute', 'metadata'] as const)
    if (kinds.has(kind)) await mergeEntries(tx, tenantId, kind, areNew);
  if (kinds.has('tag')) await assignTags(tx, author);
}

const NOTHING = sql``;

/** A new target without an address has no row in this table: its first poll makes one. */
async function mergeAddresses(tx: Transaction, tenantId: number, areNew: boolean): Promise<void> {
  const overwrite = sql`ON CONFLICT (tenant_id, target_id) DO UPDATE SET address = excluded.address`;
  await tx.execute(sql`
    INSERT INTO target_polls (tenant_id, target_id, address)
    SELECT ${areNew ? NOTHING : sql`DISTINCT ON (i.id)`} ${tenantId}::bigint, i.id, nullif(r.address, '')
    FROM import_rows AS r JOIN import_ids AS i USING (n)
    WHERE r.address IS NOT NULL AND NOT (i.is_new AND r.address = '')
    ORDER BY i.id, n DESC
    ${areNew ? NOTHING : overwrite}`);
}

const TABLES = { attribute: sql`target_attributes`, metadata: sql`target_metadata` };

async function mergeEntries(
  tx: Transaction,
  tenantId: number,
  kind: keyof typeof TABLES,
  areNew: boolean,
): Promise<void> {
  const overwrite = sql`
    ON CONFLICT (tenant_id, target_id, key) DO UPDATE SET value = excluded.value
      WHERE stored.value <> excluded.value`;
  await tx.execute(sql`
    INSERT INTO ${TABLES[kind]} AS stored (tenant_id, target_id, key, value)
    SELECT ${areNew ? NOTHING : sql`DISTINCT ON (i.id, v.key)`} ${tenantId}::bigint, i.id, v.key, v.value
    FROM import_values AS v JOIN import_ids AS i USING (n)
    WHERE v.kind = ${LETTERS[kind]}
    ORDER BY i.id, v.key, n DESC
    ${areNew ? NOTHING : overwrite}`);
}

/** A tag that doesn't exist yet is made: a file is to carry a fleet to where nothing of it is known. */
async function assignTags(tx: Transaction, { caller: { tenantId, username }, now }: Importer): Promise<void> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const named = await tx.execute<{ key: string }>(sql`
    SELECT DISTINCT v.key FROM import_values AS v JOIN import_ids USING (n) WHERE v.kind = ${LETTERS.tag}`);
  const made = await tx.execute(sql`
    INSERT INTO target_tags (tenant_id, name, created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${tenantId}::bigint, name, ${at}, ${username}, ${at}, ${username}
    FROM unnest(${arrayOf(await missingTags(tx, tenantId, named))}::text[]) AS missing(name) ORDER BY name
    ON CONFLICT ON CONSTRAINT target_tags_name_key DO NOTHING`);
  if (made.count) await requireQuotas(tx, tenantId, [{ type: 'target-tag.created' }]);
  // Locked, so that none is deleted meanwhile.
  await tx.execute(sql`
    INSERT INTO target_tag_assignments (tenant_id, target_id, tag_id)
    SELECT ${tenantId}::bigint, given.id, tag.id
    FROM (SELECT i.id, v.key FROM import_values AS v JOIN import_ids AS i USING (n)
          WHERE v.kind = ${LETTERS.tag}) AS given
    JOIN target_tags AS tag ON tag.tenant_id = ${tenantId} AND tag.name = given.key COLLATE "C"
    ORDER BY given.id
    FOR KEY SHARE OF tag
    ON CONFLICT (tenant_id, target_id, tag_id) DO NOTHING`);
}

/** Who writes, and when. */
export interface Importer extends Context {
  now: Date;
}

async function missingTags(
  tx: Transaction,
  tenantId: number,
  named: readonly { key: string }[],
): Promise<string[]> {
  const keys = named.map(({ key }) => key);
  const found = await tx.execute<{ name: string }>(sql`
    SELECT name FROM target_tags WHERE tenant_id = ${tenantId} AND name = ANY(${arrayOf(keys)}::text[])`);
  const known = new Set(found.map(({ name }) => name));
  return keys.filter((key) => !known.has(key));
}
