import { z } from 'zod';
import { requirePermission } from '../../access/permissions.ts';
import { endFormerGatewayTokens } from '../../devices/enrollment/tokens.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { randomText } from '../../shared/random-text.ts';
import { tokenText } from '../../shared/text.ts';
import { GATEWAY_TOKEN_KEY } from './configuration-keys.ts';
import { writeSettings } from './set-configuration.ts';

const GenerateGatewayToken = z.object({
  token: tokenText(1, 128).nullish(),
});
export type GenerateGatewayToken = z.input<typeof GenerateGatewayToken>;

/**
 * Gives the caller's tenant a new gateway token, a random one unless one is given, and shows it. The old one stops
 * working at once. Whether devices may use it is a setting of its own. Needs UPDATE_TENANT_CONFIGURATION and
 * READ_GATEWAY_SECURITY_TOKEN.
 */
export async function generateGatewayToken(
  context: Context,
  input: GenerateGatewayToken = {},
): Promise<{ token: string }> {
  const { tenantId } = requirePermission(
    context,
    'UPDATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const token = parse(GenerateGatewayToken, input).token ?? randomText(LENGTH);

  return change(context, async (tx, changes) => {
    await writeSettings(tx, context, [{ key: GATEWAY_TOKEN_KEY, value: token }]);
    await endFormerGatewayTokens(tx, tenantId);
    changes.settings();
    changes.record({ type: 'configuration.updated', subjects: [GATEWAY_TOKEN_KEY] });
    return { token };
  });
}

/** About 190 random bits. */
const LENGTH = 32;
