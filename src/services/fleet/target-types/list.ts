import { and, eq } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { TARGET_TYPE_FIELDS, TARGET_TYPE_ORDER, type TargetTypeOrderField } from './fields.ts';
import { TARGET_TYPE_COLUMNS, type TargetType } from './target-type.ts';

/**
 * Lists target types, by id unless ordered otherwise. Needs READ_TARGET_TYPE.
 * @throws what `listMatching` throws
 */
export async function listTargetTypes(
  context: Context,
  request: PageRequest<TargetTypeOrderField>,
): Promise<Listing<TargetType>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET_TYPE');
  const { database } = context;
  return listMatching(
    context,
    request,
    {
      fields: TARGET_TYPE_FIELDS,
      order: TARGET_TYPE_ORDER,
      scope: and(eq(targetTypes.tenantId, tenantId), await scopeCondition(context, 'READ_TARGET_TYPE')),
    },
    sourceOf(database, () => database.select(TARGET_TYPE_COLUMNS).from(targetTypes).$dynamic()),
  );
}
