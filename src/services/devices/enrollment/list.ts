import { and, count, eq } from 'drizzle-orm';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import { ENROLLMENT_GROUP_FIELDS, ENROLLMENT_GROUP_ORDER, type EnrollmentGroupOrderField } from './fields.ts';
import { ENROLLMENT_GROUP_COLUMNS, type EnrollmentGroup } from './find.ts';

/**
 * Lists enrollment groups, by id unless ordered otherwise. Needs READ_TENANT_CONFIGURATION.
 * @throws the filter's errors, and those of `list`.
 */
export async function listEnrollmentGroups(
  context: Context,
  request: PageRequest<EnrollmentGroupOrderField>,
): Promise<Listing<EnrollmentGroup>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const matching = and(
    eq(enrollmentGroups.tenantId, tenantId),
    await askedFilter(context, ENROLLMENT_GROUP_FIELDS, request.filter),
  );
  return list(request, ENROLLMENT_GROUP_ORDER, 'id', {
    rows: async (where, orderBy, limit, offset) =>
      context.database
        .select(ENROLLMENT_GROUP_COLUMNS)
        .from(enrollmentGroups)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await context.database.select({ total: count() }).from(enrollmentGroups).where(matching);
      return row?.total ?? 0;
    },
  });
}
