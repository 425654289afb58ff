import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { DERIVATION_SLOTS, enrollmentDerivationKeys } from '../../../database/tables/enrollment.ts';
import { quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
import { parse } from '../../shared/parse.ts';
import { DerivationKeyText, fingerprintOf, newDerivationKey } from './derivation.ts';
import type { EnrollmentGroup } from './find.ts';
import { lockGroup } from './update.ts';

/** Of a tenant: for a wrong token the token of each is computed. */
const MOST_KEYS = 40;

const SetDerivationKey = z.object({
  groupId: z.number(),
  slot: z.enum(DERIVATION_SLOTS),
  key: DerivationKeyText.nullish(),
});
export type SetDerivationKey = z.input<typeof SetDerivationKey>;

/**
 * Gives an enrollment group a key that the tokens of its devices are derived from: a new one, or the one that is given,
 * in hexadecimal. Tokens of the key that was in the same slot stop working at once. The key is shown only in this
 * answer. Needs UPDATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.
 * @throws ENROLLMENT_GROUP_NOT_FOUND, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function setDerivationKey(
  context: Context,
  input: SetDerivationKey,
): Promise<{ group: EnrollmentGroup; key: string }> {
  const { tenantId, username } = requirePermission(
    context,
    'UPDATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const { groupId, slot, key: given } = parse(SetDerivationKey, input);
  const key = given ?? newDerivationKey();
  const fingerprint = fingerprintOf(key);

  return change(context, async (tx, changes) => {
    await lockCreations(tx, 'enrollment_derivation_keys', tenantId);
    const group = await lockGroup(tx, tenantId, groupId, ['groupId']);
    await tx
      .delete(enrollmentDerivationKeys)
      .where(
        and(
          eq(enrollmentDerivationKeys.tenantId, tenantId),
          eq(enrollmentDerivationKeys.groupId, groupId),
          eq(enrollmentDerivationKeys.slot, slot),
        ),
      );
    const ofTenant = eq(enrollmentDerivationKeys.tenantId, tenantId);
    if ((await tx.$count(enrollmentDerivationKeys, ofTenant)) >= MOST_KEYS)
      throw quotaExceeded('derivation keys of enrollment groups', MOST_KEYS);
    await tx.insert(enrollmentDerivationKeys).values({
      tenantId,
      groupId,
      slot,
      key: context.secrets.seal(key),
      fingerprint,
      createdAt: context.clock(),
      createdBy: username,
    });
    changes.settings();
    changes.record({
      type: 'enrollment-group.derivation-key-set',
      subjects: [group.name],
      changes: { [slot]: { new: fingerprint } },
    });
    return { group, key };
  });
}
