import { sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
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
  entry: NewEntry;
  update?: ActionUpdate | undefined;
}

/** Adds entries, at most one for each action of the author's tenant: sent together, as devices report often. */
export async function addEntries(
  tx: Transaction,
  { caller: { tenantId }, clock }: Pick<Author, 'clock'> & { caller: { tenantId: number } },
  added: readonly AddedEntry[],
): Promise<void> {
  if (!added.length) return;
  const now = clock().toISOString();
  const updated = added.filter(({ update }) => update !== undefined);
  await Promise.all([
    insertEntries(tx).execute({ tenantId, now, ...entriesOf(added, now) }),
    updated.length ? updateActions(tx).execute({ tenantId, now, ...updatesOf(updated) }) : undefined,
  ]);
}

const lister =
  (added: readonly AddedEntry[]) =>
  (read: (one: AddedEntry) => unknown): string =>
    arrayText(added.map(read));

function entriesOf(added: readonly AddedEntry[], now: string) {
  const list = lister(added);
  return {
    actionIds: list(({ actionId }) => actionId),
    statuses: list(({ entry }) => entry.status),
    codes: list(({ entry }) => entry.code),
    messages: list(({ entry }) => arrayText(entry.messages)),
    occurredAt: list(({ entry }) => entry.occurredAt?.toISOString() ?? now),
  };
}

function updatesOf(added: readonly AddedEntry[]) {
  const list = lister(added);
  return {
    actionIds: list(({ actionId }) => actionId),
    newStatuses: list(({ update }) => update?.status),
    newActive: list(({ update }) => update?.active),
    setsCodes: list(({ update }) => update?.lastStatusCode !== undefined),
    newCodes: list(({ update }) => update?.lastStatusCode),
  };
}

const given = sql.placeholder;
const insertEntries = preparedSql(
  () => sql`
    INSERT INTO ${actionEntries} (tenant_id, action_id, status, code, messages, occurred_at, reported_at)
    SELECT ${given('tenantId')}::bigint, action_id, status, code, messages::text[], occurred_at,
      ${given('now')}::timestamptz
    FROM unnest(
      ${given('actionIds')}::bigint[],
      ${given('statuses')}::text[],
      ${given('codes')}::integer[],
      ${given('messages')}::text[],
      ${given('occurredAt')}::timestamptz[]
    ) AS told(action_id, status, code, messages, occurred_at)`,
);

const updateActions = preparedSql(
  () => sql`
    UPDATE ${actions} SET
      last_modified_at = ${given('now')}::timestamptz,
      status = COALESCE(told.new_status, ${actions.status}),
      active = COALESCE(told.new_active, ${actions.active}),
      last_status_code = CASE WHEN told.sets_code THEN told.new_code ELSE ${actions.lastStatusCode} END
    FROM unnest(
      ${given('actionIds')}::bigint[],
      ${given('newStatuses')}::text[],
      ${given('newActive')}::boolean[],
      ${given('setsCodes')}::boolean[],
      ${given('newCodes')}::integer[]
    ) AS told(action_id, new_status, new_active, sets_code, new_code)
    WHERE ${actions.tenantId} = ${given('tenantId')} AND ${actions.id} = told.action_id`,
);
