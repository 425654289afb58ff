import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { type ActionStatus, actionEntries } from '../../database/tables/actions.ts';
import { quotaExceeded } from '../../errors.ts';
import type { Author } from './write.ts';

const MOST_ENTRIES = 1_000;

export interface NewEntry {
  status: ActionStatus;
  code?: number | null;
  messages: string[];
  /** Now, unless the device says otherwise. */
  occurredAt?: Date | null;
}

type Key = { tenantId: number; id: number };
const of = ({ tenantId, id }: Key) =>
  and(eq(actionEntries.tenantId, tenantId), eq(actionEntries.actionId, id));

/** Adds an entry to the history of a locked action. */
export async function addEntry(
  tx: Transaction,
  { clock }: Author,
  action: Key,
  { status, code, messages, occurredAt }: NewEntry,
): Promise<void> {
  const now = clock();
  await tx.insert(actionEntries).values({
    tenantId: action.tenantId,
    actionId: action.id,
    status,
    code: code ?? null,
    messages,
    occurredAt: occurredAt ?? now,
    reportedAt: now,
  });
}

/** Whether the history of an action can take another entry. */
export async function hasRoom(tx: Transaction, action: Key): Promise<boolean> {
  const [row] = await tx
    .select({ count: sql<string>`count(*)` })
    .from(
      tx.select({ id: actionEntries.id }).from(actionEntries).where(of(action)).limit(MOST_ENTRIES).as('e'),
    );
  return Number(row!.count) < MOST_ENTRIES;
}

/** @throws QUOTA_EXCEEDED */
export async function requireRoom(tx: Transaction, action: Key): Promise<void> {
  if (!(await hasRoom(tx, action))) throw quotaExceeded('status entries of an action', MOST_ENTRIES);
}

/** Whether the newest entry of an action is this very one, which a device repeats when it got no answer. */
export async function isRepeated(tx: Transaction, action: Key, entry: NewEntry): Promise<boolean> {
  if (!entry.occurredAt) return false;
  const [newest] = await tx
    .select()
    .from(actionEntries)
    .where(of(action))
    .orderBy(sql`${actionEntries.id} DESC`)
    .limit(1);
  return (
    newest?.status === entry.status &&
    newest.code === (entry.code ?? null) &&
    newest.occurredAt.getTime() === entry.occurredAt.getTime() &&
    JSON.stringify(newest.messages) === JSON.stringify(entry.messages)
  );
}
