import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { invalid, targetNotFound } from '../../errors.ts';
import { compileFilter } from '../../filters/compile.ts';
import { parseFilter } from '../../filters/parse.ts';
import type { Context } from '../context.ts';
import { isStorableText } from '../text.ts';
import { filterMoments, TARGET_FIELDS } from './fields.ts';
import { joinedPolls, joinedTypes } from './target.ts';

/** Which targets a bulk verb means: either those named or all that match a filter. */
export interface TargetSelection {
  controllerIds?: readonly string[] | null | undefined;
  filter?: string | null | undefined;
}

export interface SelectedTarget {
  id: number;
  controllerId: string;
}

/** What becomes of the named targets when one of them is missing. */
export type OnMissing = 'REFUSE' | 'PASS_OVER';

/**
 * The chosen targets of the caller's tenant, locked until the transaction ends, in the order of their ids: so two bulk
 * verbs wait for each other instead of blocking each other. The verb has checked the permission.
 * @throws INVALID_INPUT unless there is either a list or a filter; TARGET_NOT_FOUND for the first that is missing;
 *   the filter's errors
 */
export async function selectTargetIds(
  tx: Transaction,
  context: Context,
  { controllerIds, filter }: TargetSelection,
  onMissing: OnMissing = 'REFUSE',
  lock: 'update' | 'no key update' = 'no key update',
): Promise<SelectedTarget[]> {
  if ((controllerIds == null) === (filter == null))
    throw invalid('controllerIds: give either these or a filter', ['controllerIds']);
  const { tenantId } = context.caller;
  const condition = filter == null ? named(controllerIds ?? []) : await matching(context, filter);
  const found = await tx
    .select({ id: targets.id, controllerId: targets.controllerId })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(and(eq(targets.tenantId, tenantId), condition))
    .orderBy(targets.id)
    .for(lock, { of: targets });
  if (controllerIds && onMissing === 'REFUSE') refuseMissing(controllerIds, found);
  return found;
}

const named = (controllerIds: readonly string[]): SQL =>
  sql`${targets.controllerId} = ANY(${arrayOf(controllerIds.filter(isStorableText))}::text[])`;

async function matching(context: Context, filter: string): Promise<SQL> {
  const tenant = await context.tenants.byId(context.caller.tenantId);
  return compileFilter(parseFilter(filter), TARGET_FIELDS, filterMoments(tenant, context.clock()));
}

function refuseMissing(wanted: readonly string[], found: readonly SelectedTarget[]): void {
  const existing = new Set(found.map(({ controllerId }) => controllerId));
  for (const [index, id] of wanted.entries())
    if (!existing.has(id)) throw targetNotFound(id, ['controllerIds', String(index)]);
}
