import { type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import type { Author } from '../../shared/authorship.ts';
import type { SelectedTarget } from './selection.ts';

/**
 * Writes what belongs to locked targets, and notes on those it concerned who changed them and when: both in one
 * statement for thousands. `write` gets the ids of some targets and makes a statement that returns a `target_id` for
 * each row it has written.
 * @returns the controllerIds of the targets it concerned
 */
export async function writeAndTouch(
  tx: Transaction,
  { caller: { tenantId, username }, clock }: Author,
  selected: readonly SelectedTarget[],
  write: (ids: SQL) => SQL,
): Promise<string[]> {
  const now = clock();
  const touched: string[] = [];
  for (const chunk of chunks(selected)) {
    const ids = sql`${arrayOf(chunk.map(({ id }) => id))}::bigint[]`;
    const rows = await tx.execute<{ controller_id: string }>(sql`
      WITH written AS (${write(ids)})
      UPDATE ${targets} SET last_modified_at = ${now.toISOString()}::timestamptz, last_modified_by = ${username}
      WHERE tenant_id = ${tenantId} AND id IN (SELECT target_id FROM written)
      RETURNING controller_id`);
    for (const row of rows) touched.push(row.controller_id);
  }
  return touched;
}
