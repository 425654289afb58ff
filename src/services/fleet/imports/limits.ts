import { type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { Growth, LimitOfTargets } from '../../platform/near-limits.ts';
import { MOST_TAGS, nearFrom, targetLimit } from '../../platform/quotas.ts';
import type { RefusedRow } from './check.ts';
import { type Chunk, LETTERS } from './chunk.ts';
import { type Row, refusal } from './refusal.ts';

/** Targets that have come near a limit, or nearer. */
export interface Near extends LimitOfTargets {
  grown: Growth[];
}

/**
 * Takes out the rows by which targets would get too many attributes, metadata entries or tags. The targets are locked. Rows of
 * new targets were looked at before: where no row has many they aren't counted.
 */
export async function keepLimits(
  tx: Transaction,
  tenantId: number,
  chunk: Chunk,
  hasUpdates: boolean,
): Promise<{ refused: RefusedRow[]; near: Near[] }> {
  const refused: RefusedRow[] = [];
  const near: Near[] = [];
  for (const kind of ['attribute', 'metadata'] as const) {
    if (!chunk.kinds.has(kind)) continue;
    const { limit, field, what } = OF_TARGETS[kind];
    const most = await targetLimit(tx, tenantId, limit);
    const hasMany = chunk.longest[kind] >= nearFrom(most);
    if (!hasMany && !hasUpdates) continue;
    const grown = await growth(tx, tenantId, kind, { from: nearFrom(most), withNew: hasMany });
    const full = grown.filter(({ before, after }) => after > Math.max(most, before));
    if (full.length) refused.push(...(await takeOut(tx, chunk, full, quotaExceeded(what, most, [field]))));
    near.push({ kind: limit, most, grown: grown.filter((one) => !full.includes(one)) });
  }
  if (hasUpdates && chunk.kinds.has('tag')) {
    const full = await growth(tx, tenantId, 'tag', { from: MOST_TAGS + 1, withNew: false });
    if (full.length)
      refused.push(
        ...(await takeOut(tx, chunk, full, quotaExceeded('tags of a target', MOST_TAGS, ['tags']))),
      );
  }
  return { refused, near };
}

const OF_TARGETS = {
  attribute: { limit: 'target_attributes', field: 'attributes', what: 'attributes of a target' },
  metadata: { limit: 'target_metadata', field: 'metadata', what: 'metadata entries of a target' },
} as const;

/** What targets have, as a table with `tenant_id`, `target_id` and `key`. */
const STORED: Record<keyof typeof LETTERS, (tenantId: number) => SQL> = {
  attribute: () => sql`target_attributes`,
  metadata: () => sql`target_metadata`,
  tag: (tenantId) => sql`(
    SELECT assigned.tenant_id, assigned.target_id, tag.name AS key
    FROM target_tag_assignments AS assigned
    JOIN target_tags AS tag ON tag.tenant_id = assigned.tenant_id AND tag.id = assigned.tag_id
    WHERE assigned.tenant_id = ${tenantId})`,
};

type Grown = Growth & { id: number };

/** How many keys targets of the chunk have and are to have, where that is as many as `from`. */
async function growth(
  tx: Transaction,
  tenantId: number,
  kind: keyof typeof LETTERS,
  { from, withNew }: { from: number; withNew: boolean },
): Promise<Grown[]> {
  const rows = await tx.execute<{ id: string; controller_id: string; before: string; after: string }>(sql`
    WITH changed AS (SELECT DISTINCT id FROM import_ids WHERE ${withNew}::boolean OR NOT is_new),
      keys AS (
        SELECT changed.id, stored.key, true AS held
        FROM changed JOIN ${STORED[kind](tenantId)} AS stored
          ON stored.tenant_id = ${tenantId} AND stored.target_id = changed.id
        UNION ALL
        SELECT changed.id, v.key, false
        FROM changed JOIN import_ids AS i USING (id) JOIN import_values AS v ON v.n = i.n AND v.kind = ${LETTERS[kind]}),
      together AS (SELECT id, key, bool_or(held) AS held FROM keys GROUP BY id, key),
      counted AS (
        SELECT id, count(*) FILTER (WHERE held) AS before, count(*) AS after
        FROM together GROUP BY id HAVING count(*) >= ${from})
    SELECT targets.id, targets.controller_id, counted.before, counted.after
    FROM counted JOIN targets ON targets.tenant_id = ${tenantId} AND targets.id = counted.id`);
  return rows.map(({ id, controller_id: controllerId, before, after }) => ({
    id: Number(id),
    controllerId,
    before: Number(before),
    after: Number(after),
  }));
}

/** Takes out the rows of these targets, but for those that create them. */
async function takeOut(
  tx: Transaction,
  { lines }: Chunk,
  full: readonly Grown[],
  fault: ReturnType<typeof quotaExceeded>,
): Promise<RefusedRow[]> {
  const rows = await tx.execute<Row>(sql`
    DELETE FROM import_ids AS i USING import_rows AS r
    WHERE r.n = i.n AND NOT i.is_new AND i.id = ANY(${arrayOf(full.map(({ id }) => id))}::bigint[])
    RETURNING r.n, r.controller_id`);
  return rows.map((row) => refusal(lines, row, fault));
}
