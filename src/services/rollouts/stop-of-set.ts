import { and, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { rollouts } from '../../database/tables/rollouts.ts';
import { modification } from '../authorship.ts';
import type { Context } from '../context.ts';
import { STOPPABLE } from './rollout.ts';

/** Has the periodic job stop all rollouts of a set. */
export async function stopRolloutsOf(
  tx: Transaction,
  context: Context,
  setId: number,
): Promise<{ id: number }[]> {
  const { tenantId } = context.caller;
  return tx
    .update(rollouts)
    .set({ status: 'stopping', ...modification(context) })
    .where(
      and(
        eq(rollouts.tenantId, tenantId),
        eq(rollouts.setId, setId),
        inArray(rollouts.status, [...STOPPABLE]),
      ),
    )
    .returning({ id: rollouts.id });
}
