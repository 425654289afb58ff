import { and, eq, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { targets } from '../../../database/tables/targets.ts';
import { quotaExceeded } from '../../../errors.ts';
import { recordNear } from '../../platform/near-limits.ts';
import { nearFrom, targetLimit } from '../../platform/quotas.ts';
import type { Step } from '../../shared/change.ts';
import { idArrayOf } from './select.ts';

/**
 * Makes room for another action on locked targets that have as many as they may have: of these the oldest ended ones go,
 * as many percent as the tenant wants, and all beyond the limit. Records which targets come near the limit by the action.
 * @returns the targets that have room: each of them is to get an action
 */
export async function makeRoom<Chosen extends { id: number }>(
  { tx, changes }: Pick<Step, 'tx' | 'changes'>,
  tenantId: number,
  percent: number,
  selected: readonly Chosen[],
): Promise<Chosen[]> {
  const most = await targetLimit(tx, tenantId, 'target_actions');
  const many = await tx.execute<{ target_id: string; count: string }>(sql`
    SELECT target_id, count(*) FROM ${actions}
    WHERE tenant_id = ${tenantId} AND target_id = ANY(${idArrayOf(selected)})
    GROUP BY target_id HAVING count(*) >= ${nearFrom(most) - 1}`);
  const held = new Map(many.map((row) => [Number(row.target_id), Number(row.count)]));
  const full = [...held].filter(([, count]) => count >= most);
  for (const id of full.length ? await removeOldest(tx, tenantId, { most, percent }, full) : [])
    held.set(id, held.get(id)! - 1);
  const hasRoom = (id: number) => (held.get(id) ?? 0) < most;
  const grown = many.flatMap(({ target_id, count }) => {
    const id = Number(target_id);
    return hasRoom(id) ? [{ id, before: Number(count), after: held.get(id)! + 1 }] : [];
  });
  if (grown.length)
    recordNear(changes, { kind: 'target_actions', most }, await withNames(tx, tenantId, grown));
  return selected.filter(({ id }) => hasRoom(id));
}

async function withNames<Of extends { id: number }>(
  tx: Transaction,
  tenantId: number,
  those: readonly Of[],
): Promise<(Of & { controllerId: string })[]> {
  const { id, controllerId } = targets;
  const rows = await tx
    .select({ id, controllerId })
    .from(targets)
    .where(and(eq(targets.tenantId, tenantId), sql`${id} = ANY(${idArrayOf(those)})`));
  const names = new Map(rows.map((row) => [row.id, row.controllerId]));
  return those.map((one) => ({ ...one, controllerId: names.get(one.id)! }));
}

/** @returns the target of each action that went */
async function removeOldest(
  tx: Transaction,
  tenantId: number,
  { most, percent }: { most: number; percent: number },
  full: readonly (readonly [id: number, count: number])[],
): Promise<number[]> {
  const goes = percent && Math.ceil((most * percent) / 100);
  const freed = await tx.execute<{ target_id: string }>(sql`
    DELETE FROM ${actions} USING (
      SELECT oldest.id FROM unnest(${arrayOf(full.map(([id]) => id))}::bigint[],
                                   ${arrayOf(full.map(([, count]) => goes && goes + count - most))}::bigint[])
        AS full_target(id, goes)
      CROSS JOIN LATERAL (
        SELECT id FROM actions WHERE tenant_id = ${tenantId} AND target_id = full_target.id AND NOT active
          AND status <> 'scheduled'
        ORDER BY id LIMIT full_target.goes) AS oldest) AS old
    WHERE actions.tenant_id = ${tenantId} AND actions.id = old.id
    RETURNING actions.target_id`);
  return freed.map((row) => Number(row.target_id));
}

/** The same where every target must have room. @throws QUOTA_EXCEEDED */
export async function requireRoomForActions(
  step: Pick<Step, 'tx' | 'changes'>,
  tenantId: number,
  percent: number,
  selected: readonly { id: number }[],
): Promise<void> {
  const withRoom = await makeRoom(step, tenantId, percent, selected);
  if (withRoom.length === selected.length) return;
  const most = await targetLimit(step.tx, tenantId, 'target_actions');
  throw quotaExceeded('actions of a target', most, ['controllerIds']);
}
