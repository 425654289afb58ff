import { and, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, chunks, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups, pendingTargets } from '../../../database/tables/enrollment.ts';
import { pendingTargetNotFound } from '../../../errors.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { missingOf, requireOneWay, type Selection, selectionFields } from '../../shared/selection.ts';
import { isStorableText } from '../../shared/text.ts';
import { joinedGroups, PENDING_TARGET_FIELDS } from './fields.ts';

/** Which pending targets: either the named ones or all that match a filter. */
export const PendingSelection = z.object({
  ...selectionFields,
  dryRun: z.boolean().nullish(),
});
export type PendingSelection = z.input<typeof PendingSelection>;
export type ReadPendingSelection = Selection;

/** A pending target, locked until the transaction ends. */
export type PendingRow = typeof pendingTargets.$inferSelect;

/**
 * The chosen pending targets, in the order of their ids. Rejected ones are among them only if they are named.
 * @throws INVALID_INPUT unless there is either a list or a filter; PENDING_TARGET_NOT_FOUND for the first that is
 *   missing; the filter's errors
 */
export async function selectPending(
  tx: Transaction,
  context: Context,
  selection: ReadPendingSelection,
): Promise<PendingRow[]> {
  const rows = await tx
    .select({ row: pendingTargets })
    .from(pendingTargets)
    .innerJoin(enrollmentGroups, joinedGroups)
    .where(await isSelectedPending(context, selection))
    .orderBy(pendingTargets.id)
    .for('update', { of: pendingTargets });
  const found = rows.map(({ row }) => row);
  refuseMissing(selection, found);
  return found;
}

/** How many of the chosen are `concerned`: counts them only. @throws what `selectPending` throws */
export async function countPending(
  context: Context,
  selection: ReadPendingSelection,
  concerned: (row: Pick<PendingRow, 'state'>) => boolean = () => true,
): Promise<number> {
  const source = () =>
    context.database
      .select({
        id: pendingTargets.id,
        controllerId: pendingTargets.controllerId,
        state: pendingTargets.state,
      })
      .from(pendingTargets)
      .innerJoin(enrollmentGroups, joinedGroups)
      .$dynamic();
  const chosen = await isSelectedPending(context, selection);
  if (selection.filter == null) {
    const found = await source().where(chosen);
    refuseMissing(selection, found);
    return found.filter(concerned).length;
  }
  const [row] = await context.database.execute<{ total: string }>(
    sql`SELECT count(*) AS total FROM ${source().where(chosen)} AS listed`,
  );
  return Number(row!.total);
}

/**
 * The condition that a pending target, with its group, is one of the chosen.
 * @throws INVALID_INPUT unless there is either a list or a filter; the filter's errors
 */
export async function isSelectedPending(
  context: Context,
  selection: ReadPendingSelection,
): Promise<SQL | undefined> {
  requireOneWay(selection);
  const { ids, controllerIds, filter, among } = selection;
  const named = ids ? isAmong(pendingTargets.id, ids) : ofControllerIds(controllerIds ?? []);
  return and(
    eq(pendingTargets.tenantId, context.caller.tenantId),
    filter == null ? named : await matching(context, filter),
    among && isAmong(pendingTargets.id, among),
  );
}

function refuseMissing(
  selection: ReadPendingSelection,
  found: readonly Pick<PendingRow, 'id' | 'controllerId'>[],
): void {
  const [missing] = missingOf(selection, found, pendingTargetNotFound);
  if (missing) throw missing;
}

const ofControllerIds = (controllerIds: readonly string[]): SQL =>
  sql`${pendingTargets.controllerId} = ANY(${arrayOf(controllerIds.filter(isStorableText))}::text[])`;

async function matching(context: Context, filter: string): Promise<SQL | undefined> {
  const matches = await askedFilter(context, PENDING_TARGET_FIELDS, filter);
  return and(eq(pendingTargets.state, 'pending'), matches);
}

/** Runs a statement on rows by their ids, thousands at a time. */
export async function inChunks(
  rows: readonly PendingRow[],
  run: (condition: SQL | undefined) => Promise<unknown>,
): Promise<void> {
  for (const chunk of chunks(rows))
    await run(
      and(
        eq(pendingTargets.tenantId, chunk[0]!.tenantId),
        isAmong(
          pendingTargets.id,
          chunk.map(({ id }) => id),
        ),
      ),
    );
}
