import { type SQL, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import { type ActionStatus, actionEntries, actions } from '../../../database/tables/actions.ts';
import type { UpdateStatus } from '../../../database/tables/targets.ts';
import type { Author } from '../../shared/authorship.ts';

/**
 * Puts locked actions into another state and tells so in their history.
 * @returns the ids of the targets whose actions are different now
 */
export async function moveActions(
  tx: Transaction,
  author: Author,
  condition: SQL,
  to: { status: ActionStatus; active: boolean; messages: readonly string[]; code?: number | null },
): Promise<number[]> {
  const { status, active, messages, code } = to;
  const newCode = code === undefined ? sql`` : sql`, last_status_code = ${code}::integer`;
  const { tenantId, username } = author.caller;
  const at = author.clock();
  const now = sql`${at.toISOString()}::timestamptz`;
  const moved = await tx.execute<{ id: string; target_id: string }>(sql`
    UPDATE ${actions} SET status = ${status}, active = ${active},
      last_modified_at = ${now}, last_modified_by = ${username} ${newCode}
    WHERE ${actions.tenantId} = ${tenantId} AND ${condition}
    RETURNING id, target_id`);
  const entries = moved.map(({ id }) => ({ actionId: id, status }));
  await tellActions(tx, tenantId, entries, { at, code: code ?? null, messages });
  return moved.map((row) => Number(row.target_id));
}

/**
 * Tells the same of many actions in their histories, and of each what is `more`. From lists only: an engine with shards draws the ids of rows that
 * come from other tables where these are, from numbers of its own.
 */
export async function tellActions(
  tx: Transaction,
  tenantId: number,
  entries: readonly { actionId: string; status: ActionStatus; more?: readonly string[] }[],
  { at, code = null, messages }: { at: Date; code?: number | null; messages: readonly string[] },
): Promise<void> {
  for (const chunk of chunks(entries)) {
    const told = chunk.some(({ more }) => more?.length)
      ? { each: { messages: chunk.map(({ more = [] }) => [...messages, ...more]) }, all: {} }
      : { each: {}, all: { messages: [...messages] } };
    await tx.execute(
      insertFromArrays(
        actionEntries,
        {
          actionId: chunk.map(({ actionId }) => actionId),
          status: chunk.map(({ status }) => status),
          ...told.each,
        },
        { tenantId, code, occurredAt: at, reportedAt: at, ...told.all },
      ),
    );
  }
}

/** How the actions of targets ended. */
export interface Ending {
  /** What the targets become where nothing else runs. */
  idleStatus?: Extract<UpdateStatus, 'in_sync' | 'error'>;
  /** The set that they have now. */
  installedSetId?: number | undefined;
  /** What was only downloaded stays the set to have. */
  keepsAssigned?: boolean;
  /** What devices tell of themselves may be different with what they have now. */
  asksForAttributes?: boolean;
}

/**
 * Brings what locked targets are to have, and their update status, in line after actions of theirs ended: what still
 * runs decides, and where nothing does, what is installed.
 */
export async function settleTargets(
  tx: Transaction,
  { caller: { tenantId }, clock }: Author,
  targetIds: readonly number[],
  { idleStatus: quiet = 'in_sync', installedSetId, keepsAssigned, asksForAttributes }: Ending = {},
): Promise<void> {
  const installedAt = installedSetId === undefined ? null : clock().toISOString();
  for (const chunk of chunks([...new Set(targetIds)]))
    await settle(tx).execute({
      tenantId,
      ids: arrayText(chunk),
      quiet,
      installedSetId: installedSetId ?? null,
      installedAt,
      keepsAssigned: keepsAssigned ?? false,
      asksForAttributes: asksForAttributes ?? false,
    });
}

const given = sql.placeholder;
const installed = sql`COALESCE(${given('installedSetId')}::bigint, installed_set_id)`;
const among = sql`ANY(${given('ids')}::bigint[])`;
const settle = preparedSql(
  () => sql`
    WITH running AS (
      SELECT DISTINCT ON (target_id) target_id, set_id FROM actions
      WHERE tenant_id = ${given('tenantId')} AND target_id = ${among} AND active
      ORDER BY target_id, status = 'canceling', id DESC),
    assigned AS (
      UPDATE target_deployments d
      SET assigned_set_id = COALESCE((SELECT set_id FROM running r WHERE r.target_id = d.target_id),
          CASE WHEN ${given('keepsAssigned')}::boolean THEN assigned_set_id ELSE ${installed} END),
        installed_set_id = ${installed}
      WHERE tenant_id = ${given('tenantId')} AND target_id = ${among})
    UPDATE targets t
    SET update_status = CASE WHEN EXISTS (SELECT 1 FROM running r WHERE r.target_id = t.id)
        THEN 'pending' ELSE ${given('quiet')}::text END,
      installed_at = COALESCE(${given('installedAt')}::timestamptz, installed_at),
      request_attributes = request_attributes OR ${given('asksForAttributes')}::boolean
    WHERE tenant_id = ${given('tenantId')} AND id = ${among}`,
);
