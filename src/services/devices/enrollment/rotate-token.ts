import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import { invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { GATEWAY_TOKEN_KEY } from '../../platform/tenants/configuration-keys.ts';
import { writeSettings } from '../../platform/tenants/set-configuration.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { EnrollmentGroup } from './find.ts';
import { RotateEnrollmentToken } from './input.ts';
import { endTokens, insertToken, newEnrollmentToken } from './tokens.ts';
import { lockGroup } from './update.ts';

/**
 * Gives an enrollment group a new token, which is shown only in this answer. Its other tokens end after the overlap, or
 * at once. The token of the default group becomes the gateway token. Needs UPDATE_TENANT_CONFIGURATION and
 * READ_GATEWAY_SECURITY_TOKEN.
 * @throws ENROLLMENT_GROUP_NOT_FOUND, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function rotateEnrollmentToken(
  context: Context,
  input: RotateEnrollmentToken,
): Promise<{ group: EnrollmentGroup; token: string }> {
  const { tenantId, username } = requirePermission(
    context,
    'UPDATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const { groupId, overlap, expiresAt = null } = parse(RotateEnrollmentToken, input);
  const token = newEnrollmentToken();
  const now = context.clock();
  const until = new Date(now.getTime() + overlap * 1000);
  const author = { tenantId, by: username, now };

  return change(context, async (tx, changes) => {
    const group = await lockGroup(tx, tenantId, groupId, ['groupId']);
    if (group.isDefault && expiresAt)
      throw invalid('expiresAt: the gateway token never expires', ['expiresAt']);
    await endTokens(tx, author, groupId, until);
    if (group.isDefault) {
      const former = await gatewayToken(tx, context);
      if (former && overlap) await insertToken(tx, author, { groupId, token: former, expiresAt: until });
      await writeSettings(tx, context, [{ key: GATEWAY_TOKEN_KEY, value: token }]);
    } else {
      await insertToken(tx, author, { groupId, token, expiresAt });
    }
    changes.settings();
    changes.record({
      type: 'enrollment-group.token-rotated',
      subjects: [group.name],
      changes: { oldTokensUntil: { new: until } },
    });
    return { group, token };
  });
}

async function gatewayToken(
  tx: Transaction,
  { secrets, caller: { tenantId } }: Context,
): Promise<string | undefined> {
  const [row] = await tx
    .select({ value: tenantConfiguration.value })
    .from(tenantConfiguration)
    .where(and(eq(tenantConfiguration.tenantId, tenantId), eq(tenantConfiguration.key, GATEWAY_TOKEN_KEY)))
    .for('no key update');
  return row && secrets.open(String(row.value));
}
