import { and, count, eq } from 'drizzle-orm';
import { type ActionStatus, actionEntries } from '../../database/tables/actions.ts';
import type { Context } from '../context.ts';
import { type Listing, list, type PageRequest, type SortField } from '../page.ts';
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
  reportedAt: { expression: actionEntries.reportedAt, of: (e) => e.reportedAt, type: 'timestamptz' },
} as const satisfies Record<string, SortField<ActionEntry>>;
export type ActionEntryOrderField = keyof typeof ACTION_ENTRY_ORDER;

/** The names a REST `sort` may use. */
export const ACTION_ENTRY_SORT_NAMES: Readonly<Record<string, ActionEntryOrderField>> = {
  id: 'id',
  reportedAt: 'reportedAt',
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
  const action = await findAction(context, actionId);
  const { database, caller } = context;
  const its = and(eq(actionEntries.tenantId, caller.tenantId), eq(actionEntries.actionId, action.id));
  const { id, status, code, messages, occurredAt, reportedAt } = actionEntries;
  const orderBy = request.orderBy?.length ? request.orderBy : [{ field: 'id', direction: 'desc' } as const];
  return list({ ...request, orderBy }, ACTION_ENTRY_ORDER, 'id', {
    rows: (where, order, limit, offset) =>
      database
        .select({ id, status, code, messages, occurredAt, reportedAt })
        .from(actionEntries)
        .where(and(its, where))
        .orderBy(...order)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await database.select({ total: count() }).from(actionEntries).where(its);
      return row!.total;
    },
  });
}
