import { and, eq, type SQL } from 'drizzle-orm';
import { softwareModules, softwareModuleTypes } from '../../database/tables/software.ts';
import { requirePermission } from '../access/permissions.ts';
import { reach } from '../access/scopes.ts';
import type { Context } from '../context.ts';
import { type DeletedMode, listMatching, selected, wantedDeleted } from '../matching.ts';
import type { Listing, PageRequest } from '../page.ts';
import { ofItsType } from './complete.ts';
import { SOFTWARE_MODULE_FIELDS, SOFTWARE_MODULE_ORDER, type SoftwareModuleOrderField } from './fields.ts';
import { SOFTWARE_MODULE_COLUMNS, type SoftwareModule } from './module.ts';

/**
 * Lists software modules, by id unless ordered otherwise; with `among` only those for which this condition holds. Needs
 * READ_SOFTWARE_MODULE.
 * @throws what `listMatching` throws
 */
export async function listSoftwareModules(
  context: Context,
  request: PageRequest<SoftwareModuleOrderField>,
  mode?: DeletedMode,
  among?: SQL,
): Promise<Listing<SoftwareModule>> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const deleted = wantedDeleted(mode);
  const scope = and(
    eq(softwareModules.tenantId, tenantId),
    deleted === undefined ? undefined : eq(softwareModules.deleted, deleted),
    among,
    await reach(context, 'READ_SOFTWARE_MODULE'),
  );
  const { database } = context;
  const entity = { fields: SOFTWARE_MODULE_FIELDS, order: SOFTWARE_MODULE_ORDER };
  return listMatching(
    context,
    request,
    entity,
    scope,
    selected(database, () =>
      database
        .select(SOFTWARE_MODULE_COLUMNS)
        .from(softwareModules)
        .innerJoin(softwareModuleTypes, ofItsType)
        .$dynamic(),
    ),
  );
}
