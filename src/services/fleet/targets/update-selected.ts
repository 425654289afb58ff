import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import type { SelectedTarget } from './selection.ts';

/**
 * Sets columns of locked targets, of those that are `different`. In few statements.
 * @returns the controllerIds of the targets it concerned
 */
export async function updateSelected(
  tx: Transaction,
  tenantId: number,
  selected: readonly SelectedTarget[],
  { values, different }: { values: Partial<typeof targets.$inferInsert>; different: SQL },
): Promise<string[]> {
  const updated: string[] = [];
  for (const chunk of chunks(selected)) {
    const ids = sql`${arrayOf(chunk.map(({ id }) => id))}::bigint[]`;
    const rows = await tx
      .update(targets)
      .set(values)
      .where(and(eq(targets.tenantId, tenantId), sql`${targets.id} = ANY(${ids})`, different))
      .returning({ controllerId: targets.controllerId });
    for (const { controllerId } of rows) updated.push(controllerId);
  }
  return updated;
}
