import { and, eq } from 'drizzle-orm';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, type SoftDeleted, sourceOf, wantedDeleted } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import {
  SOFTWARE_MODULE_TYPE_FIELDS,
  SOFTWARE_MODULE_TYPE_ORDER,
  type SoftwareModuleTypeOrderField,
} from './fields.ts';
import { SOFTWARE_MODULE_TYPE_COLUMNS, type SoftwareModuleType } from './software-module-type.ts';

/**
 * Lists software module types, by id unless ordered otherwise. Needs READ_SOFTWARE_MODULE_TYPE.
 * @throws what `listMatching` throws
 */
export async function listSoftwareModuleTypes(
  context: Context,
  request: PageRequest<SoftwareModuleTypeOrderField>,
  mode?: SoftDeleted,
): Promise<Listing<SoftwareModuleType>> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE_TYPE');
  const deleted = wantedDeleted(mode);
  const scope = and(
    eq(softwareModuleTypes.tenantId, tenantId),
    deleted === undefined ? undefined : eq(softwareModuleTypes.deleted, deleted),
    await scopeCondition(context, 'READ_SOFTWARE_MODULE_TYPE'),
  );
  const { database } = context;
  const entity = { fields: SOFTWARE_MODULE_TYPE_FIELDS, order: SOFTWARE_MODULE_TYPE_ORDER };
  return listMatching(
    context,
    request,
    { ...entity, scope },
    sourceOf(database, () =>
      database.select(SOFTWARE_MODULE_TYPE_COLUMNS).from(softwareModuleTypes).$dynamic(),
    ),
  );
}
