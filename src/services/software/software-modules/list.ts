import { and, eq, type SQL, sql } from 'drizzle-orm';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import { requirePermission } from '../../access/permissions.ts';
import { readableColumn } from '../../access/readable-fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, type SoftDeleted, sourceOf, wantedDeleted } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { ofItsType } from './complete.ts';
import { SOFTWARE_MODULE_FIELDS, SOFTWARE_MODULE_ORDER, type SoftwareModuleOrderField } from './fields.ts';
import { moduleColumns, type SoftwareModule } from './software-module.ts';

/** With the key of the type, null where the caller may not read that. */
type Listed = SoftwareModule & { seenType: string | null };

/**
 * Lists software modules, by id unless ordered otherwise; with `among` only those for which this condition holds. Needs
 * READ_SOFTWARE_MODULE.
 * @throws what `listMatching` throws
 */
export async function listSoftwareModules(
  context: Context,
  request: PageRequest<SoftwareModuleOrderField>,
  mode?: SoftDeleted,
  among?: SQL,
): Promise<Listing<SoftwareModule>> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const deleted = wantedDeleted(mode);
  const scope = and(
    eq(softwareModules.tenantId, tenantId),
    deleted === undefined ? undefined : eq(softwareModules.deleted, deleted),
    among,
    await scopeCondition(context, 'READ_SOFTWARE_MODULE'),
  );
  const { database } = context;
  const seen = await readableColumn(context, SOFTWARE_MODULE_ORDER.type);
  const type = { ...seen, of: (module: SoftwareModule) => (module as Listed).seenType };
  const entity = { fields: SOFTWARE_MODULE_FIELDS, order: { ...SOFTWARE_MODULE_ORDER, type } };
  const columns = { ...moduleColumns(tenantId), seenType: sql<string | null>`${seen.expression}` };
  return listMatching(
    context,
    request,
    { ...entity, scope },
    sourceOf(database, () =>
      database.select(columns).from(softwareModules).innerJoin(softwareModuleTypes, ofItsType).$dynamic(),
    ),
  );
}
