import { and, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { rollouts } from '../../../database/tables/rollouts.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import type { Context } from '../../shared/context.ts';
import { requireRolloutInScope } from './handle.ts';
import { STOPPABLE } from './rollout.ts';

/** Has the periodic job stop all rollouts of a set. @throws FORBIDDEN where one has targets out of the caller's scope */
export async function stopRolloutsOfSet(
  tx: Transaction,
  context: Context,
  setId: number,
): Promise<{ id: number }[]> {
  const { tenantId } = context.caller;
  const ofSet = and(
    eq(rollouts.tenantId, tenantId),
    eq(rollouts.setId, setId),
    inArray(rollouts.status, [...STOPPABLE]),
  );
  const found = await tx.select().from(rollouts).where(ofSet).orderBy(rollouts.id).for('no key update');
  for (const rollout of found) await requireRolloutInScope(tx, context, rollout);
  return tx
    .update(rollouts)
    .set({ status: 'stopping', ...modificationStamp(context) })
    .where(ofSet)
    .returning({ id: rollouts.id });
}
