import { and, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, chunks } from '../../database/bulk.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { invalid, targetNotFound } from '../../errors.ts';
import { compileFilter } from '../../filters/compile.ts';
import { parseFilter } from '../../filters/parse.ts';
import { requirePermission } from '../access/permissions.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import { isStorableText } from '../text.ts';
import { filterMoments, TARGET_FIELDS } from './fields.ts';
import { joinedPolls, joinedTypes } from './target.ts';

const DeleteTargets = z.object({
  controllerIds: z.array(z.string()).nullish(),
  filter: z.string().nullish(),
  dryRun: z.boolean().nullish(),
});
export type DeleteTargets = z.input<typeof DeleteTargets>;

/**
 * Deletes the named targets, all or none, or all that match a filter; their attributes go with them and their
 * controllerIds are free again. Needs DELETE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many were deleted
 * @throws TARGET_NOT_FOUND for the first of `controllerIds` that does not exist
 */
export async function deleteTargets(context: Context, input: DeleteTargets): Promise<number> {
  const { tenantId } = requirePermission(context, 'DELETE_TARGET');
  const { controllerIds, filter, dryRun } = parse(DeleteTargets, input);
  if ((controllerIds == null) === (filter == null))
    throw invalid('controllerIds: give either these or a filter', ['controllerIds']);

  return change(
    context,
    tenantId,
    async (tx, changes) => {
      const condition =
        filter == null ? named(controllerIds ?? []) : await matching(context, tenantId, filter);
      const found = await tx
        .select({ id: targets.id, controllerId: targets.controllerId })
        .from(targets)
        .leftJoin(targetPolls, joinedPolls)
        .leftJoin(targetTypes, joinedTypes)
        .where(and(eq(targets.tenantId, tenantId), condition))
        .orderBy(targets.id)
        .for('update', { of: targets });
      if (controllerIds) refuseMissing(controllerIds, found);
      for (const chunk of chunks(found))
        await tx
          .delete(targets)
          .where(
            and(
              eq(targets.tenantId, tenantId),
              sql`${targets.id} = ANY(${arrayOf(chunk.map(({ id }) => id))}::bigint[])`,
            ),
          );
      if (filter == null) changes.targets(found.map(({ controllerId }) => controllerId));
      else changes.everything();
      return found.length;
    },
    { dryRun: dryRun ?? false },
  );
}

const named = (controllerIds: readonly string[]): SQL =>
  sql`${targets.controllerId} = ANY(${arrayOf(controllerIds.filter(isStorableText))}::text[])`;

async function matching(context: Context, tenantId: number, filter: string): Promise<SQL> {
  const tenant = await context.tenants.byId(tenantId);
  return compileFilter(parseFilter(filter), TARGET_FIELDS, filterMoments(tenant, context.clock()));
}

function refuseMissing(wanted: readonly string[], found: readonly { controllerId: string }[]): void {
  const existing = new Set(found.map(({ controllerId }) => controllerId));
  for (const [index, id] of wanted.entries())
    if (!existing.has(id)) throw targetNotFound(id, ['controllerIds', String(index)]);
}
