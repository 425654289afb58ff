import { sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { type ActionStatus, actionEntries, actions } from '../../../database/tables/actions.ts';
import type { Author } from '../../shared/authorship.ts';

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

/** A new entry in the history of a locked action, and what changes in the action with it. */
export interface AddedEntry {
  actionId: number;
  /** Who changes the action. */
  by: string;
  entry: NewEntry;
  update?: ActionUpdate | undefined;
}

/** Adds entries, at most one for each action of the author's tenant: one statement, as devices report often. */
export async function addEntries(
  tx: Transaction,
  { caller: { tenantId }, clock }: Pick<Author, 'clock'> & { caller: { tenantId: number } },
  added: readonly AddedEntry[],
): Promise<void> {
  if (!added.length) return;
  const now = clock().toISOString();
  const list = (read: (one: AddedEntry) => unknown) => arrayOf(added.map(read));
  await tx.execute(sql`
    WITH told AS (
      SELECT * FROM unnest(
        ${list(({ actionId }) => actionId)}::bigint[],
        ${list(({ by }) => by)}::text[],
        ${list(({ entry }) => entry.status)}::text[],
        ${list(({ entry }) => entry.code)}::integer[],
        ${list(({ entry }) => arrayText(entry.messages))}::text[],
        ${list(({ entry }) => entry.occurredAt?.toISOString() ?? now)}::timestamptz[],
        ${list(({ update }) => update !== undefined)}::boolean[],
        ${list(({ update }) => update?.status)}::text[],
        ${list(({ update }) => update?.active)}::boolean[],
        ${list(({ update }) => update?.lastStatusCode !== undefined)}::boolean[],
        ${list(({ update }) => update?.lastStatusCode)}::integer[]
      ) AS told(action_id, author, status, code, messages, occurred_at, updates, new_status, new_active, sets_code,
        new_code)),
    entries AS (
      INSERT INTO ${actionEntries} (tenant_id, action_id, status, code, messages, occurred_at, reported_at)
      SELECT ${tenantId}::bigint, action_id, status, code, messages::text[], occurred_at, ${now}::timestamptz FROM told)
    UPDATE ${actions} SET
      last_modified_at = ${now}::timestamptz,
      last_modified_by = told.author,
      status = COALESCE(told.new_status, ${actions.status}),
      active = COALESCE(told.new_active, ${actions.active}),
      last_status_code = CASE WHEN told.sets_code THEN told.new_code ELSE ${actions.lastStatusCode} END
    FROM told
    WHERE ${actions.tenantId} = ${tenantId} AND ${actions.id} = told.action_id AND told.updates`);
}
