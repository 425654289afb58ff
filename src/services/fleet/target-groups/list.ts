import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import { plannedEachTime } from '../../../database/prepared.ts';
import { lowered } from '../../../database/tables/columns.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { isStorableText } from '../../shared/text.ts';
import type { TargetOrderField } from '../targets/fields.ts';
import { listTargets } from '../targets/find.ts';
import { joinedPolls, joinedTypes, type Target } from '../targets/target.ts';

/** The groups that targets are in, each once, in their order; the first of them if it says how many. Needs READ_TARGET. */
export async function listTargetGroups(context: Context, most?: number): Promise<string[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const readable = await scopeCondition(context, 'READ_TARGET');
  const groups = context.database.selectDistinct({ group: targets.group }).from(targets).$dynamic();
  if (readable) groups.leftJoin(targetPolls, joinedPolls).leftJoin(targetTypes, joinedTypes);
  groups
    .where(and(eq(targets.tenantId, tenantId), isNotNull(targets.group), readable))
    .orderBy(targets.group);
  if (most !== undefined) groups.limit(most);
  const rows = await groups;
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
