import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { distributionSetModules } from '../../../database/tables/distribution-sets.ts';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import { distributionSetNotFound } from '../../../errors.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { ofItsType } from '../software-modules/complete.ts';
import { moduleColumns, type SoftwareModule } from '../software-modules/software-module.ts';
import type { DistributionSet } from './distribution-set.ts';
import { readSets, setsAs } from './set.ts';

/** The set of that id, a deleted one too. Needs READ_DISTRIBUTION_SET. @throws DISTRIBUTION_SET_NOT_FOUND */
export async function findDistributionSet(context: Context, id: number): Promise<DistributionSet> {
  const [set] = await findDistributionSets(context, [id]);
  if (!set) throw distributionSetNotFound(String(id));
  return set;
}

/** For each id its set, or undefined where there is none. Needs READ_DISTRIBUTION_SET. */
export async function findDistributionSets(
  context: Context,
  ids: readonly number[],
): Promise<(DistributionSet | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const byId = await readSets(
    context.database,
    tenantId,
    ids,
    await scopeCondition(context, 'READ_DISTRIBUTION_SET'),
  );
  return ids.map((id) => byId.get(id));
}

/**
 * The modules of many sets, by set id, each in the order of the ids: those in the scope of READ_SOFTWARE_MODULE, none
 * without it. Needs READ_DISTRIBUTION_SET.
 */
export async function findModulesOfSets(
  context: Context,
  setIds: readonly number[],
): Promise<Map<number, SoftwareModule[]>> {
  const { tenantId, permissions } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const found = new Map<number, SoftwareModule[]>(setIds.map((id) => [id, []]));
  if (!permissions.has('READ_SOFTWARE_MODULE')) return found;
  const rows = await context.database
    .select({ setId: distributionSetModules.setId, ...moduleColumns(tenantId) })
    .from(distributionSetModules)
    .innerJoin(
      softwareModules,
      and(
        eq(softwareModules.tenantId, distributionSetModules.tenantId),
        eq(softwareModules.id, distributionSetModules.moduleId),
      ),
    )
    .innerJoin(softwareModuleTypes, ofItsType)
    .where(
      and(
        eq(distributionSetModules.tenantId, tenantId),
        isAmong(distributionSetModules.setId, setIds),
        await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), distributionSetModules.setId),
        await scopeCondition(context, 'READ_SOFTWARE_MODULE'),
      ),
    )
    .orderBy(softwareModules.id);
  for (const { setId, ...module } of rows) found.get(setId)?.push(module);
  return found;
}
