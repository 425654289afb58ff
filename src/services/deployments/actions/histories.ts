import { eq, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import { type ActionStatus, actionEntries } from '../../../database/tables/actions.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { NewEntry } from './entries.ts';

const MOST_ENTRIES = 1_000;

/** What the history of a locked action holds. */
export interface History {
  newest: { status: ActionStatus; code: number | null; occurredAt: Date; messages: string[] } | undefined;
  isFull: boolean;
  /** Whether it has the entry that was asked for. */
  isNoted: boolean;
}

/** A history that is asked for, and whether it has a download with that message. */
export interface Asked {
  actionId: number;
  noted?: string | undefined;
}

/** The histories of locked actions of a tenant, by action. */
export async function readHistories(
  tx: Transaction,
  tenantId: number,
  asked: readonly Asked[],
): Promise<Map<number, History>> {
  const rows = await findHistories(tx).execute({
    tenantId,
    actionIds: arrayText(asked.map(({ actionId }) => actionId)),
    noted: arrayText(asked.map((one) => one.noted)),
  });
  return new Map(
    rows.map(({ id, status, code, occurred_at, messages, is_full, is_noted }) => [
      Number(id),
      {
        newest: status ? { status, code, occurredAt: new Date(occurred_at), messages } : undefined,
        isFull: is_full,
        isNoted: is_noted,
      },
    ]),
  );
}

const of = eq(actionEntries.tenantId, sql.placeholder('tenantId'));
const findHistories = preparedSql<{
  id: string;
  status: ActionStatus | null;
  code: number | null;
  occurred_at: string;
  messages: string[];
  is_full: boolean;
  is_noted: boolean;
}>(
  () => sql`
    SELECT told.id, newest.status, newest.code, newest.occurred_at, newest.messages, EXISTS (
      SELECT FROM ${actionEntries} WHERE ${of} AND action_id = told.id
      OFFSET ${sql.raw(String(MOST_ENTRIES - 1))} LIMIT 1) AS is_full,
      told.noted IS NOT NULL AND EXISTS (
        SELECT FROM ${actionEntries} WHERE ${of} AND action_id = told.id
          AND status = 'download' AND messages[1] = told.noted) AS is_noted
    FROM unnest(${sql.placeholder('actionIds')}::bigint[], ${sql.placeholder('noted')}::text[]) AS told(id, noted)
    LEFT JOIN LATERAL (
      SELECT status, code, occurred_at, messages FROM ${actionEntries}
      WHERE ${of} AND action_id = told.id ORDER BY ${actionEntries.id} DESC LIMIT 1) AS newest ON true`,
);

/** @throws QUOTA_EXCEEDED where the history has no room for another entry */
export function requireRoom({ isFull }: History): void {
  if (isFull) throw quotaExceeded('status entries of an action', MOST_ENTRIES);
}

/** Whether the newest entry of an action is this very one, which a device repeats when it got no answer. */
export const isRepeated = (
  { newest }: History,
  { status, code = null, occurredAt, messages }: NewEntry,
): boolean =>
  newest !== undefined &&
  newest.status === status &&
  newest.code === code &&
  newest.occurredAt.getTime() === occurredAt?.getTime() &&
  JSON.stringify(newest.messages) === JSON.stringify(messages);
