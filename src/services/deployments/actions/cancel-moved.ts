import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { rolloutGroups } from '../../../database/tables/rollouts.ts';
import type { Author } from '../../shared/authorship.ts';
import { actionJoinsGroup } from './action.ts';
import { SERVER_MESSAGE } from './messages.ts';
import { moveActions, settleTargets } from './write.ts';

/** What becomes of actions whose device belongs to another tenant now: it won't answer them any more. */
export const CANCELED_AS_MOVED = {
  status: 'canceled',
  active: false,
  messages: [`${SERVER_MESSAGE}canceled, as another tenant has taken the device over`],
} as const;

/**
 * Ends what a locked target has still to do, or what rollouts were to begin on it later.
 * @returns the ids of the rollouts that it belongs to
 */
export async function cancelActionsOfMoved(
  tx: Transaction,
  author: Author,
  targetId: number,
): Promise<number[]> {
  const { tenantId } = author.caller;
  const isOpen = sql`${actions.targetId} = ${targetId} AND (${actions.active} OR ${actions.status} = 'scheduled')`;
  const of = await tx
    .selectDistinct({ rolloutId: rolloutGroups.rolloutId })
    .from(actions)
    .innerJoin(rolloutGroups, actionJoinsGroup)
    .where(and(eq(actions.tenantId, tenantId), isOpen));
  const ended = await moveActions(tx, author, isOpen, CANCELED_AS_MOVED);
  if (ended.length) await settleTargets(tx, author, [targetId]);
  return of.map(({ rolloutId }) => rolloutId);
}
