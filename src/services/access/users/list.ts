import { eq } from 'drizzle-orm';
import { users } from '../../../database/tables/users.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, orderedBy, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { requireRole } from '../permissions.ts';
import { USER_FIELDS, USER_ORDER, type UserOrderField } from './fields.ts';
import { USER_COLUMNS, type User, userIn } from './user.ts';

/**
 * Lists the accounts of the caller's tenant, by username unless ordered otherwise. Needs TENANT_ADMIN.
 * @throws what `listMatching` throws
 */
export async function listUsers(
  context: Context,
  request: PageRequest<UserOrderField> = {},
): Promise<Listing<User>> {
  const { tenantId, tenantName } = requireRole(context, 'TENANT_ADMIN');
  const { database } = context;
  return listMatching(
    context,
    orderedBy(request, 'username'),
    { fields: USER_FIELDS, order: USER_ORDER, scope: eq(users.tenantId, tenantId) },
    sourceOf(database, () => database.select(USER_COLUMNS).from(users).$dynamic(), userIn(tenantName)),
  );
}
