import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { checkAttributes } from '../../fleet/targets/attributes.ts';
import { added } from '../../platform/audit/record.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
import { parse } from '../../shared/parse.ts';
import { ENROLLMENT_GROUP_COLUMNS, type EnrollmentGroup } from './find.ts';
import { CreateEnrollmentGroup } from './input.ts';
import { replaceTags, requireReferences } from './references.ts';
import { insertToken, newEnrollmentToken } from './tokens.ts';

/** Every process keeps them of every tenant whose devices it meets. */
const MOST_GROUPS = 500;

/**
 * Creates an enrollment group and its first token, which is shown only in this answer: only its digest is kept. Needs
 * CREATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.
 * @throws ENROLLMENT_GROUP_ALREADY_EXISTS, TARGET_TYPE_NOT_FOUND, TARGET_TAG_NOT_FOUND,
 *   CERTIFICATE_AUTHORITY_NOT_FOUND, INVALID_ATTRIBUTES, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function createEnrollmentGroup(
  context: Context,
  input: CreateEnrollmentGroup,
): Promise<{ group: EnrollmentGroup; token: string }> {
  const { tenantId, username } = requirePermission(
    context,
    'CREATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const { group: given, tagIds, tokenExpiresAt } = parse(CreateEnrollmentGroup, input);
  checkAttributes(Object.entries(given.attributes));
  const token = newEnrollmentToken();
  const now = context.clock();

  return change(context, async (tx, changes) => {
    await requireRoom(tx, tenantId);
    await requireReferences(tx, context, { ...given, tagIds });
    const [group] = await tx
      .insert(enrollmentGroups)
      .values({
        ...given,
        tenantId,
        isDefault: false,
        registrations: 0,
        ...creationStamp(context),
      })
      .returning(ENROLLMENT_GROUP_COLUMNS);
    const groupId = group!.id;
    await replaceTags(tx, tenantId, groupId, tagIds);
    await insertToken(tx, { tenantId, by: username, now }, { groupId, token, expiresAt: tokenExpiresAt });
    changes.settings();
    changes.record({
      type: 'enrollment-group.created',
      subjects: [given.name],
      changes: added({ ...given, tagIds }),
    });
    return { group: group!, token };
  });
}

async function requireRoom(tx: Transaction, tenantId: number): Promise<void> {
  await lockCreations(tx, 'enrollment_groups', tenantId);
  const ofTenant = eq(enrollmentGroups.tenantId, tenantId);
  if ((await tx.$count(enrollmentGroups, ofTenant)) >= MOST_GROUPS)
    throw quotaExceeded('enrollment groups', MOST_GROUPS);
}
