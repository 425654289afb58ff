import { and, eq, type SQL, sql } from 'drizzle-orm';
import {
  distributionSetModules,
  distributionSets,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import { softwareModules } from '../../../database/tables/software.ts';
import { requirePermission } from '../../access/permissions.ts';
import { readableColumn } from '../../access/readable-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, type SoftDeleted, sourceOf, wantedDeleted } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import type { SoftwareModuleOrderField } from '../software-modules/fields.ts';
import { listSoftwareModules } from '../software-modules/list.ts';
import type { SoftwareModule } from '../software-modules/software-module.ts';
import { type DistributionSet, setColumns, withItsType } from './distribution-set.ts';
import { DISTRIBUTION_SET_FIELDS, DISTRIBUTION_SET_ORDER, type DistributionSetOrderField } from './fields.ts';
import { findDistributionSet } from './find.ts';

/** With the key of the type, null where the caller may not read that. */
type Listed = DistributionSet & { seenType: string | null };

/**
 * Lists distribution sets, by id unless ordered otherwise; with `among` only those for which this condition holds. Needs
 * READ_DISTRIBUTION_SET.
 * @throws what `listMatching` throws
 */
export async function listDistributionSets(
  context: Context,
  request: PageRequest<DistributionSetOrderField>,
  mode?: SoftDeleted,
  among?: SQL,
): Promise<Listing<DistributionSet>> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET');
  const deleted = wantedDeleted(mode);
  const scope = and(
    eq(distributionSets.tenantId, tenantId),
    deleted === undefined ? undefined : eq(distributionSets.deleted, deleted),
    among,
    await scopeCondition(context, 'READ_DISTRIBUTION_SET'),
  );
  const { database } = context;
  const seen = await readableColumn(context, DISTRIBUTION_SET_ORDER.type);
  const type = { ...seen, of: (set: DistributionSet) => (set as Listed).seenType };
  const entity = { fields: DISTRIBUTION_SET_FIELDS, order: { ...DISTRIBUTION_SET_ORDER, type } };
  const columns = { ...setColumns(tenantId), seenType: sql<string | null>`${seen.expression}` };
  return listMatching(
    context,
    request,
    { ...entity, scope },
    sourceOf(database, () =>
      database.select(columns).from(distributionSets).innerJoin(distributionSetTypes, withItsType).$dynamic(),
    ),
  );
}

/**
 * Lists the modules of a set, as `listSoftwareModules` does. Needs READ_DISTRIBUTION_SET and READ_SOFTWARE_MODULE.
 * @throws DISTRIBUTION_SET_NOT_FOUND, and what `listSoftwareModules` throws
 */
export async function listModulesOfSet(
  context: Context,
  setId: number,
  request: PageRequest<SoftwareModuleOrderField>,
): Promise<Listing<SoftwareModule>> {
  const { id } = await findDistributionSet(context, setId);
  const itsModules = sql`EXISTS (SELECT 1 FROM ${distributionSetModules} WHERE ${and(
    eq(distributionSetModules.tenantId, context.caller.tenantId),
    eq(distributionSetModules.moduleId, softwareModules.id),
    eq(distributionSetModules.setId, id),
  )})`;
  return listSoftwareModules(context, request, 'INCLUDE_SOFT_DELETED', itsModules);
}
