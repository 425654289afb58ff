import { type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetMetadata } from '../../../database/tables/target-data.ts';
import { targets } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import type { Author } from '../../shared/authorship.ts';
import type { SelectedTarget } from '../targets/selection.ts';
import { writeAndTouch } from '../targets/touch.ts';
import { type MetadataEntry, MOST_ENTRIES } from './input.ts';

/** What the audit trail keeps of entries that were set. */
export const valuesOf = (entries: readonly MetadataEntry[]): FieldChanges => ({
  metadata: { new: Object.fromEntries(entries.map(({ key, value }) => [key, value])) },
});

/**
 * Adds entries to locked targets and overwrites those that differ.
 * @returns the controllerIds of the targets that are different now
 * @throws QUOTA_EXCEEDED where a target would have more than 100 entries
 */
export async function writeEntries(
  tx: Transaction,
  author: Author,
  selected: readonly SelectedTarget[],
  entries: readonly MetadataEntry[],
): Promise<string[]> {
  const keys = sql`${arrayOf(entries.map(({ key }) => key))}::text[]`;
  const values = sql`${arrayOf(entries.map(({ value }) => value))}::text[]`;
  const changed = await writeAndTouch(
    tx,
    author,
    selected,
    (ids) => sql`
      INSERT INTO ${targetMetadata} AS stored (tenant_id, target_id, key, value)
      SELECT ${author.caller.tenantId}::bigint, chosen.id, entry.key, entry.value
      FROM unnest(${ids}) AS chosen(id), unnest(${keys}, ${values}) AS entry(key, value)
      ON CONFLICT (tenant_id, target_id, key) DO UPDATE SET value = excluded.value
        WHERE stored.value <> excluded.value
      RETURNING target_id`,
  );
  await refuseTooMany(tx, author.caller, selected);
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

async function refuseTooMany(
  tx: Transaction,
  { tenantId }: { tenantId: number },
  selected: readonly SelectedTarget[],
) {
  for (const chunk of chunks(selected)) {
    const [full] = await tx.execute<{ target_id: string }>(sql`
      SELECT target_id FROM ${targetMetadata}
      WHERE tenant_id = ${tenantId} AND target_id = ANY(${arrayOf(chunk.map(({ id }) => id))}::bigint[])
      GROUP BY target_id HAVING count(*) > ${MOST_ENTRIES} LIMIT 1`);
    const target = full && chunk.find(({ id }) => id === Number(full.target_id));
    if (target)
      throw quotaExceeded(`metadata entries of target '${target.controllerId}'`, MOST_ENTRIES, ['entries']);
  }
}
