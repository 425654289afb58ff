import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { SelectedTarget } from '../../fleet/targets/selection.ts';
import { idArrayOf } from './select.ts';

/** As in hawkBit. */
const MOST_ACTIONS = 2_000;

/**
 * Makes room for another action on locked targets that have as many as they may have: of these the oldest ended ones go,
 * as many percent as the tenant wants.
 * @returns the targets that have room
 */
export async function makeRoom(
  tx: Transaction,
  tenantId: number,
  percent: number,
  selected: readonly SelectedTarget[],
): Promise<SelectedTarget[]> {
  const full = await tx.execute<{ target_id: string }>(sql`
    SELECT target_id FROM ${actions} WHERE tenant_id = ${tenantId} AND target_id = ANY(${idArrayOf(selected)})
    GROUP BY target_id HAVING count(*) >= ${MOST_ACTIONS}`);
  if (!full.length) return [...selected];
  const goes = Math.ceil((MOST_ACTIONS * percent) / 100);
  const freed = await tx.execute<{ target_id: string }>(sql`
    DELETE FROM ${actions} USING (
      SELECT oldest.id FROM unnest(${arrayOf(full.map((row) => row.target_id))}::bigint[]) AS full_target(id)
      CROSS JOIN LATERAL (
        SELECT id FROM actions WHERE tenant_id = ${tenantId} AND target_id = full_target.id AND NOT active
          AND status <> 'scheduled'
        ORDER BY id LIMIT ${goes}) AS oldest) AS old
    WHERE actions.tenant_id = ${tenantId} AND actions.id = old.id
    RETURNING actions.target_id`);
  const still = new Set(full.map((row) => Number(row.target_id)));
  for (const row of freed) still.delete(Number(row.target_id));
  return selected.filter(({ id }) => !still.has(id));
}

/** The same where every target must have room. @throws QUOTA_EXCEEDED */
export async function requireRoomForActions(
  tx: Transaction,
  tenantId: number,
  percent: number,
  selected: readonly SelectedTarget[],
): Promise<void> {
  const withRoom = await makeRoom(tx, tenantId, percent, selected);
  if (withRoom.length < selected.length)
    throw quotaExceeded('actions of a target', MOST_ACTIONS, ['controllerIds']);
}
