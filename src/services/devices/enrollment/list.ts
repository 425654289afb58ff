import { eq } from 'drizzle-orm';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { ENROLLMENT_GROUP_FIELDS, ENROLLMENT_GROUP_ORDER, type EnrollmentGroupOrderField } from './fields.ts';
import { ENROLLMENT_GROUP_COLUMNS, type EnrollmentGroup } from './find.ts';

/**
 * Lists enrollment groups, by id unless ordered otherwise. Needs READ_TENANT_CONFIGURATION.
 * @throws what `listMatching` throws
 */
export async function listEnrollmentGroups(
  context: Context,
  request: PageRequest<EnrollmentGroupOrderField>,
): Promise<Listing<EnrollmentGroup>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const { database } = context;
  return listMatching(
    context,
    request,
    {
      fields: ENROLLMENT_GROUP_FIELDS,
      order: ENROLLMENT_GROUP_ORDER,
      scope: eq(enrollmentGroups.tenantId, tenantId),
    },
    sourceOf(database, () => database.select(ENROLLMENT_GROUP_COLUMNS).from(enrollmentGroups).$dynamic()),
  );
}
