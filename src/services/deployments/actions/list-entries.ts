import { and, count, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { type ActionStatus, actionEntries, actions } from '../../../database/tables/actions.ts';
import { requirePermission } from '../../access/permissions.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { byParent, idsOfEach, isOfParent, readTogether } from '../../shared/nested.ts';
import { type Listing, type ListPart, list, type PageRequest, type SortField } from '../../shared/page.ts';
import { findAction } from './find.ts';

/** One entry of an action's history. */
export interface ActionEntry {
  id: number;
  status: ActionStatus;
  code: number | null;
  messages: string[];
  /** When it was, as the device says. */
  occurredAt: Date;
  /** When the server heard of it. */
  reportedAt: Date;
}

/** What the entries can be sorted by. */
const ACTION_ENTRY_ORDER = {
  id: { expression: actionEntries.id, of: (e) => e.id, type: 'bigint' },
  occurredAt: { expression: actionEntries.occurredAt, of: (e) => e.occurredAt, type: 'timestamptz' },
  reportedAt: { expression: actionEntries.reportedAt, of: (e) => e.reportedAt, type: 'timestamptz' },
} as const satisfies Record<string, SortField<ActionEntry>>;
export type ActionEntryOrderField = keyof typeof ACTION_ENTRY_ORDER;

/** The names a REST `sort` may use. */
export const ACTION_ENTRY_SORT_NAMES: Readonly<Record<string, ActionEntryOrderField>> = {
  id: 'id',
  timestamp: 'occurredAt',
  reportedAt: 'reportedAt',
  createdAt: 'reportedAt',
};

/**
 * Lists the history of an action, the newest entry first unless ordered otherwise. Needs READ_TARGET.
 * @throws ACTION_NOT_FOUND, and what `list` throws
 */
export async function listActionEntries(
  context: Context,
  actionId: number,
  request: PageRequest<ActionEntryOrderField>,
): Promise<Listing<ActionEntry>> {
  const { id } = await findAction(context, actionId);
  return (await listEntriesOfEach(context, [id], request)).get(id)!;
}

/** Lists the histories of many actions, as `listActionEntries` does, in as many statements as of one. Needs READ_TARGET. */
export async function listEntriesOfEach(
  context: Context,
  actionIds: readonly number[],
  request: PageRequest<ActionEntryOrderField>,
): Promise<Map<number, Listing<ActionEntry>>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { database } = context;
  const { id, actionId, status, code, messages, occurredAt, reportedAt } = actionEntries;
  const ofTenant = eq(actionEntries.tenantId, tenantId);
  const ofItsAction = and(eq(actions.tenantId, actionEntries.tenantId), eq(actions.id, actionId));
  const readable = and(ofTenant, await targetInScope(context, 'READ_TARGET', actions.targetId));

  const rowsOf = readTogether(
    async (
      where: SQL | undefined,
      { orderBy, limit, offset }: ListPart,
    ): Promise<Map<number, ActionEntry[]>> => {
      const page = database
        .select({ id })
        .from(actionEntries)
        .innerJoin(actions, ofItsAction)
        .where(and(readable, where, isOfParent(actionId)))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset);
      const rows = await database
        .select({ id, actionId, status, code, messages, occurredAt, reportedAt })
        .from(actionEntries)
        .where(and(ofTenant, sql`${id} IN (${idsOfEach(actionIds, page)})`))
        .orderBy(...orderBy);
      return byParent(rows, (row) => row.actionId);
    },
    [],
  );
  const countOf = readTogether(async () => {
    const rows = await database
      .select({ actionId, total: count() })
      .from(actionEntries)
      .innerJoin(actions, ofItsAction)
      .where(and(readable, isAmong(actionId, actionIds)))
      .groupBy(actionId);
    return new Map(rows.map((row) => [row.actionId, row.total]));
  }, 0);
  const ordered = { ...request, orderBy: request.orderBy?.length ? request.orderBy : NEWEST_FIRST };
  return new Map(
    actionIds.map((one) => [
      one,
      list(ordered, ACTION_ENTRY_ORDER, 'id', { rows: rowsOf(one), count: countOf(one) }),
    ]),
  );
}

const NEWEST_FIRST = [{ field: 'id', direction: 'desc' }] as const;

/** For each id its entry, or undefined where there is none. Needs READ_TARGET. */
export async function findActionEntries(
  context: Context,
  ids: readonly number[],
): Promise<(ActionEntry | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { tenantId: _, actionId, ...columns } = getTableColumns(actionEntries);
  const rows = await context.database
    .select(columns)
    .from(actionEntries)
    .innerJoin(actions, and(eq(actions.tenantId, actionEntries.tenantId), eq(actions.id, actionId)))
    .where(
      and(
        eq(actionEntries.tenantId, tenantId),
        isAmong(actionEntries.id, ids),
        await targetInScope(context, 'READ_TARGET', actions.targetId),
      ),
    );
  return inOrderOf(ids, rows);
}
