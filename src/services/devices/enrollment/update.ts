import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { targets } from '../../../database/tables/targets.ts';
import { enrollmentGroupNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { checkAttributes } from '../../fleet/targets/attributes.ts';
import { differences } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { ENROLLMENT_GROUP_COLUMNS, type EnrollmentGroup, enrollmentGroupWithId } from './find.ts';
import { UpdateEnrollmentGroup } from './input.ts';
import { replaceTags, requireReferences } from './references.ts';

const RECORDED = [
  'name',
  'description',
  'expiresAt',
  'registrationLimit',
  'allowedControllerIds',
  'deniedControllerIds',
  'appliesTo',
  'requiresApproval',
  'certificateAuthorityId',
  'targetTypeId',
  'targetGroup',
  'attributes',
  'certificatePolicy',
] as const satisfies (keyof EnrollmentGroup)[];

/**
 * Changes an enrollment group: undefined keeps a field, null clears it. Targets that are registered stay as they are.
 * Where there was no limit, the targets that the group has registered count against the new one. Needs
 * UPDATE_TENANT_CONFIGURATION, and READ_GATEWAY_SECURITY_TOKEN to let its tokens sign in all targets.
 * @throws ENROLLMENT_GROUP_NOT_FOUND, and what `createEnrollmentGroup` throws
 */
export async function updateEnrollmentGroup(
  context: Context,
  input: UpdateEnrollmentGroup,
): Promise<EnrollmentGroup> {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION');
  const { id, tagIds, ...rest } = parse(UpdateEnrollmentGroup, input);
  if (rest.appliesTo === 'all') requirePermission(context, 'READ_GATEWAY_SECURITY_TOKEN');
  if (rest.attributes) checkAttributes(Object.entries(rest.attributes));
  const given = givenOf(rest);

  return change(context, async (tx, changes) => {
    const before = await lockGroup(tx, tenantId, id);
    await requireReferences(tx, context, { ...given, tagIds });
    const isLimited = before.registrationLimit === null && given.registrationLimit != null;
    const [after] = await tx
      .update(enrollmentGroups)
      .set({
        ...given,
        ...(isLimited && { registrations: await countRegistered(tx, tenantId, id) }),
        ...modificationStamp(context),
      })
      .where(enrollmentGroupWithId(tenantId, id))
      .returning(ENROLLMENT_GROUP_COLUMNS);
    if (tagIds) await replaceTags(tx, tenantId, id, tagIds);
    changes.settings();
    changes.record({
      type: 'enrollment-group.updated',
      subjects: [before.name],
      changes: { ...differences(before, after!, RECORDED), ...(tagIds && { tagIds: { new: tagIds } }) },
    });
    return after!;
  });
}

/** The group, locked until the transaction ends. @throws ENROLLMENT_GROUP_NOT_FOUND */
export async function lockGroup(
  tx: Transaction,
  tenantId: number,
  id: number,
  path = ['id'],
): Promise<EnrollmentGroup> {
  const [group] = await tx
    .select(ENROLLMENT_GROUP_COLUMNS)
    .from(enrollmentGroups)
    .where(enrollmentGroupWithId(tenantId, id))
    .for('no key update');
  if (!group) throw enrollmentGroupNotFound(String(id), path);
  return group;
}

const countRegistered = (tx: Transaction, tenantId: number, id: number): Promise<number> =>
  tx.$count(targets, and(eq(targets.tenantId, tenantId), eq(targets.enrollmentGroupId, id)));
