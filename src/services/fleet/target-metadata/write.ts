import { type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetMetadata } from '../../../database/tables/target-data.ts';
import { targets } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import { type Growth, recordNear } from '../../platform/near-limits.ts';
import { nearFrom, targetLimit } from '../../platform/quotas.ts';
import type { Author } from '../../shared/authorship.ts';
import type { Step } from '../../shared/change.ts';
import type { SelectedTarget } from '../targets/selection.ts';
import { writeAndTouch } from '../targets/touch.ts';
import type { MetadataEntry } from './input.ts';

/** What the audit trail keeps of entries that were set. */
export const valuesOf = (entries: readonly MetadataEntry[]): FieldChanges => ({
  metadata: { new: Object.fromEntries(entries.map(({ key, value }) => [key, value])) },
});

/**
 * Adds entries to locked targets and overwrites those that differ.
 * @returns the controllerIds of the targets that are different now
 * @throws QUOTA_EXCEEDED where a target would have more entries than it may have
 */
export async function writeEntries(
  { tx, context, changes }: Step,
  selected: readonly SelectedTarget[],
  entries: readonly MetadataEntry[],
): Promise<string[]> {
  const { tenantId } = context.caller;
  const keys = sql`${arrayOf(entries.map(({ key }) => key))}::text[]`;
  const values = sql`${arrayOf(entries.map(({ value }) => value))}::text[]`;
  const most = await targetLimit(tx, tenantId, 'target_metadata');
  const grown = await growthBy(tx, tenantId, { selected, keys, more: entries.length, most });
  // Where a limit was lowered, one that has more keeps it.
  const full = grown.find(({ before, after }) => after > Math.max(most, before));
  if (full) throw quotaExceeded(`metadata entries of target '${full.controllerId}'`, most, ['entries']);
  const changed = await writeAndTouch(
    tx,
    context,
    selected,
    (ids) => sql`
      INSERT INTO ${targetMetadata} AS stored (tenant_id, target_id, key, value)
      SELECT ${tenantId}::bigint, chosen.id, entry.key, entry.value
      FROM unnest(${ids}) AS chosen(id), unnest(${keys}, ${values}) AS entry(key, value)
      ON CONFLICT (tenant_id, target_id, key) DO UPDATE SET value = excluded.value
        WHERE stored.value <> excluded.value
      RETURNING target_id`,
  );
  recordNear(changes, { kind: 'target_metadata', most }, grown);
  return changed;
}

/** Takes entries away from locked targets. @returns the controllerIds of those that had any of them */
export const removeEntries = (
  tx: Transaction,
  author: Author,
  selected: readonly SelectedTarget[],
  keys: readonly string[],
): Promise<string[]> =>
  writeAndTouch(
    tx,
    author,
    selected,
    (ids) => sql`
      DELETE FROM ${targetMetadata}
      WHERE tenant_id = ${author.caller.tenantId} AND target_id = ANY(${ids}) AND key = ANY(${arrayOf(keys)}::text[])
      RETURNING target_id`,
  );

/** The targets that have all these entries already. */
export const havingEntries = (tenantId: number, entries: readonly MetadataEntry[]): SQL =>
  sql.join(
    entries.map(
      ({ key, value }) => sql`
        SELECT target_id FROM ${targetMetadata}
        WHERE tenant_id = ${tenantId} AND key = ${key} AND value = ${value}`,
    ),
    sql` INTERSECT `,
  );

/** The condition that a target has an entry of any of these keys. */
export const hasAnyKey = (tenantId: number, keys: readonly string[]): SQL => sql`
  ${targets.id} IN (
    SELECT target_id FROM ${targetMetadata}
    WHERE tenant_id = ${tenantId} AND key = ANY(${arrayOf(keys)}::text[]))`;

/** What locked targets have before and after entries of these keys; only of those that are near the limit then. */
async function growthBy(
  tx: Transaction,
  tenantId: number,
  {
    selected,
    keys,
    more,
    most,
  }: { selected: readonly SelectedTarget[]; keys: SQL; more: number; most: number },
): Promise<Growth[]> {
  const grown: Growth[] = [];
  const names = new Map(selected.map(({ id, controllerId }) => [id, controllerId]));
  for (const chunk of chunks(selected)) {
    const rows = await tx.execute<{ id: string; before: string; known: string }>(sql`
      SELECT chosen.id, count(held.key) AS before, count(held.key) FILTER (WHERE held.key = ANY(${keys})) AS known
      FROM unnest(${arrayOf(chunk.map(({ id }) => id))}::bigint[]) AS chosen(id)
      LEFT JOIN ${targetMetadata} AS held ON held.tenant_id = ${tenantId} AND held.target_id = chosen.id
      GROUP BY chosen.id
      HAVING count(held.key) + ${more}::integer - count(held.key) FILTER (WHERE held.key = ANY(${keys}))
        >= ${nearFrom(most)}::integer`);
    for (const { id, before, known } of rows)
      grown.push({
        controllerId: names.get(Number(id))!,
        before: Number(before),
        after: Number(before) + more - Number(known),
      });
  }
  return grown;
}
