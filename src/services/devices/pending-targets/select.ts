import { and, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, chunks, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups, pendingTargets } from '../../../database/tables/enrollment.ts';
import { invalid, pendingTargetNotFound } from '../../../errors.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { listOf } from '../../shared/rows.ts';
import { isStorableText } from '../../shared/text.ts';
import { joinedGroups, PENDING_TARGET_FIELDS } from './fields.ts';

/** Which pending targets: either the named ones or all that match a filter. */
export const PendingSelection = z.object({
  controllerIds: listOf(z.string()).nullish(),
  filter: z.string().nullish(),
  dryRun: z.boolean().nullish(),
});
export type PendingSelection = z.input<typeof PendingSelection>;

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
  { controllerIds, filter }: PendingSelection,
): Promise<PendingRow[]> {
  if ((controllerIds == null) === (filter == null))
    throw invalid('controllerIds: give either these or a filter', ['controllerIds']);
  const condition = filter == null ? named(controllerIds ?? []) : await matching(context, filter);
  const rows = await tx
    .select({ row: pendingTargets })
    .from(pendingTargets)
    .innerJoin(enrollmentGroups, joinedGroups)
    .where(and(eq(pendingTargets.tenantId, context.caller.tenantId), condition))
    .orderBy(pendingTargets.id)
    .for('update', { of: pendingTargets });
  const found = rows.map(({ row }) => row);
  const existing = new Set(found.map(({ controllerId }) => controllerId));
  for (const [index, id] of (controllerIds ?? []).entries())
    if (!existing.has(id)) throw pendingTargetNotFound(id, ['controllerIds', String(index)]);
  return found;
}

const named = (controllerIds: readonly string[]): SQL =>
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
