import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import { plannedEachTime } from '../../../database/prepared.ts';
import { lowered } from '../../../database/tables/columns.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { sourceOf } from '../../shared/matching.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import { isStorableText } from '../../shared/text.ts';
import { listTargets } from '../targets/find.ts';
import type { TargetOrderField } from '../targets/order.ts';
import { joinedPolls, joinedTypes, type Target } from '../targets/target.ts';
import { TARGET_GROUP_FIELDS, TARGET_GROUP_ORDER, type TargetGroupOrderField } from './fields.ts';
import { TARGET_GROUP_COLUMNS, type TargetGroup, targetGroupsOf } from './group.ts';

/**
 * Lists the groups that targets are in, by name unless ordered otherwise, and counts the targets of each that the caller
 * may see. Needs READ_TARGET. @throws the filter's errors, those of `list`
 */
export async function listTargetGroups(
  context: Context,
  request: PageRequest<TargetGroupOrderField>,
): Promise<Listing<TargetGroup>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const { database } = context;
  const groups = targetGroupsOf(tenantId, await scopeCondition(context, 'READ_TARGET'));
  const matching = await askedFilter(context, TARGET_GROUP_FIELDS, request.filter);
  const { rows, count } = sourceOf(database, () =>
    database.select(TARGET_GROUP_COLUMNS).from(groups).$dynamic(),
  );
  return list(request, TARGET_GROUP_ORDER, 'name', {
    rows: (where, part) => rows(and(matching, where), part),
    count: () => count(matching),
  });
}

/** The groups that targets are in as they are spelt, in order, as REST lists them. Needs READ_TARGET. */
export async function listTargetGroupNames(context: Context): Promise<string[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const readable = await scopeCondition(context, 'READ_TARGET');
  const groups = context.database.selectDistinct({ group: targets.group }).from(targets).$dynamic();
  if (readable) groups.leftJoin(targetPolls, joinedPolls).leftJoin(targetTypes, joinedTypes);
  const rows = await groups
    .where(and(eq(targets.tenantId, tenantId), isNotNull(targets.group), readable))
    .orderBy(targets.group);
  return rows.map(({ group }) => group ?? '');
}

/**
 * Lists the targets of a group, whatever the case of its letters, and those of the groups below it if asked for, as
 * `listTargets` does. Needs READ_TARGET. @throws what `listTargets` throws
 */
export async function listTargetsOfGroup(
  context: Context,
  { group, subgroups = false }: { group: string; subgroups?: boolean },
  request: PageRequest<TargetOrderField>,
): Promise<Listing<Target>> {
  return listTargets(context, request, isStorableText(group) ? within(group, subgroups) : sql`FALSE`);
}

function within(group: string, subgroups: boolean): SQL {
  const itself = sql`${lowered(targets.group)} = ${lowered(sql`${group}::text`)}`;
  if (!subgroups) return plannedEachTime(itself);
  const path = `${group.replace(/[%_\\]/g, '\\$&')}/%`;
  return plannedEachTime(sql`(${itself} OR ${lowered(targets.group)} LIKE ${lowered(sql`${path}::text`)})`);
}
