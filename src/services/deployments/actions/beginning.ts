import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import type { ActionStatus } from '../../../database/tables/actions.ts';
import { targetAutoConfirm } from '../../../database/tables/target-data.ts';
import type { TenantSettings } from '../../platform/tenants/settings.ts';
import { messagesOf } from './messages.ts';

/** Whether devices are asked before their actions run: with `given`, whoever makes the actions has confirmed them. */
export type Confirmation = 'none' | 'given' | 'asked';

export const confirmationBy = (
  { confirmationFlow }: Pick<TenantSettings, 'confirmationFlow'>,
  isRequired: boolean,
): Confirmation => {
  if (!confirmationFlow) return 'none';
  return isRequired ? 'asked' : 'given';
};

/** How actions begin. Where the tenant asks for confirmations, the history begins with the wait for one, as in hawkBit. */
export interface Beginning {
  /** The state of an action, by the column with the id of its target. */
  status: (targetId: SQLWrapper) => SQL;
  /** The first entry of its history; `more` is told beside what began it. */
  entry: (targetId: number) => { status: ActionStatus; more: readonly string[] };
}

const WAITS = 'Waiting for the confirmation by the device before processing with the deployment';

/** How the actions of locked targets begin. */
export async function beginningOf(
  tx: Transaction,
  { tenantId, initiatedBy }: { tenantId: number; initiatedBy: string },
  confirmation: Confirmation,
  targetIds: SQL,
): Promise<Beginning> {
  const running = () => sql`'running'`;
  if (confirmation === 'none') return { status: running, entry: () => ({ status: 'running', more: [] }) };
  const waiting = (more: readonly string[]) => ({ status: 'wait_for_confirmation' as const, more });
  if (confirmation === 'given') {
    const given = waiting([`Assignment confirmed by initiator [${initiatedBy}].`]);
    return { status: running, entry: () => given };
  }
  const confirmed = await autoConfirmedAmong(tx, tenantId, targetIds);
  const asked = waiting([WAITS]);
  return {
    status: (targetId) =>
      sql`CASE WHEN ${targetId} = ANY(${arrayOf([...confirmed.keys()])}::bigint[])
        THEN 'running' ELSE 'wait_for_confirmation' END`,
    entry: (targetId) => {
      const messages = confirmed.get(targetId);
      return messages ? waiting(messages) : asked;
    },
  };
}

/** The targets whose actions are confirmed without asking, with what the history says of that. */
async function autoConfirmedAmong(tx: Transaction, tenantId: number, targetIds: SQL) {
  const { targetId, initiator, remark, activatedBy } = targetAutoConfirm;
  const rows = await tx
    .select({ targetId, initiator, remark, activatedBy })
    .from(targetAutoConfirm)
    .where(and(eq(targetAutoConfirm.tenantId, tenantId), sql`${targetId} = ANY(${targetIds})`));
  return new Map(rows.map((row) => [row.targetId, autoConfirmedBy(row)]));
}

/** What the history says of an action that auto-confirmation has confirmed: in hawkBit's words. */
export const autoConfirmedBy = ({
  initiator,
  remark,
  activatedBy,
}: {
  initiator?: string | null | undefined;
  remark?: string | null | undefined;
  activatedBy: string;
}): string[] =>
  messagesOf([
    [
      `Assignment automatically confirmed by initiator '${orNone(initiator)}'. `,
      `Auto confirmation activated by system user: '${activatedBy}' `,
      `Remark: ${orNone(remark)}`,
    ].join('\n\n'),
  ]);

const orNone = (text: string | null | undefined) => (text?.trim() ? text : 'n/a');
