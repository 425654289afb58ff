import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { type ActionStatus, actionEntries, actions } from '../../../database/tables/actions.ts';
import { quotaExceeded } from '../../../errors.ts';
import type { Author } from '../../shared/authorship.ts';

const MOST_ENTRIES = 1_000;

export interface NewEntry {
  status: ActionStatus;
  code?: number | null;
  messages: string[];
  /** Now, unless the device says otherwise. */
  occurredAt?: Date | null;
}

/** What changes in an action together with a new entry; what isn't named stays. */
export interface ActionUpdate {
  status?: ActionStatus;
  active?: boolean;
  lastStatusCode?: number | null;
}

/** A new entry, and what changes in its action with it. */
interface EntryAndUpdate {
  entry: NewEntry;
  update?: ActionUpdate;
}

type Key = { tenantId: number; id: number };
const of = ({ tenantId, id }: Key) =>
  and(eq(actionEntries.tenantId, tenantId), eq(actionEntries.actionId, id));

/** Adds an entry to the history of a locked action and updates the action: one statement, as devices report often. */
export const addEntry = (
  tx: Transaction,
  author: Author,
  action: Key,
  written: EntryAndUpdate,
): Promise<unknown> => tx.execute(insertEntry(author, action, written));

/** The same if the history has room for another entry. @returns whether it had; otherwise nothing changes */
export async function addEntryIfRoom(
  tx: Transaction,
  author: Author,
  action: Key,
  written: EntryAndUpdate,
): Promise<boolean> {
  const added = await tx.execute(insertEntry(author, action, written, sql`WHERE ${hasRoom(action)}`));
  return added.length > 0;
}

function insertEntry(
  { caller, clock }: Author,
  action: Key,
  { entry: { status, code, messages, occurredAt }, update }: EntryAndUpdate,
  condition: SQL = sql``,
): SQL {
  const now = clock().toISOString();
  const insert = sql`
    INSERT INTO ${actionEntries} (tenant_id, action_id, status, code, messages, occurred_at, reported_at)
    SELECT ${action.tenantId}::bigint, ${action.id}::bigint, ${status}::text, ${code ?? null}::integer,
      ${arrayOf(messages)}::text[], ${occurredAt?.toISOString() ?? now}::timestamptz, ${now}::timestamptz
    ${condition}
    RETURNING action_id`;
  if (!update) return insert;
  const { lastStatusCode } = update;
  const changed = [
    sql`last_modified_at = ${now}::timestamptz, last_modified_by = ${caller.username}`,
    ...(update.status === undefined ? [] : [sql`status = ${update.status}`]),
    ...(update.active === undefined ? [] : [sql`active = ${update.active}`]),
    ...(lastStatusCode === undefined ? [] : [sql`last_status_code = ${lastStatusCode}::integer`]),
  ];
  return sql`
    WITH told AS (${insert})
    UPDATE ${actions} SET ${sql.join(changed, sql`, `)} FROM told
    WHERE ${actions.tenantId} = ${action.tenantId} AND ${actions.id} = told.action_id RETURNING told.action_id`;
}

const hasRoom = (action: Key): SQL => sql`(
  SELECT count(*) FROM (SELECT FROM ${actionEntries} WHERE ${of(action)} LIMIT ${MOST_ENTRIES}::int) AS counted
) < ${MOST_ENTRIES}::int`;

/** @throws QUOTA_EXCEEDED */
export async function requireRoom(tx: Transaction, action: Key): Promise<void> {
  const [row] = await tx.execute<{ room: boolean }>(sql`SELECT ${hasRoom(action)} AS room`);
  if (!row!.room) throw historyIsFull();
}

export const historyIsFull = () => quotaExceeded('status entries of an action', MOST_ENTRIES);

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
