import { and, eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { targetPolls, targets } from '../../../../src/database/tables/targets.ts';
import { createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();

it('shows what a device signs in with, finds it and counts it', async () => {
  const ask = door.as();
  const [first] = await createTargets(ask, 2);
  const { platform } = door;
  const { tenantId } = door.tenant;
  const [a] = await platform.database
    .update(targets)
    .set({ registeredWith: 'gateway_token', registeredFrom: 'http://10.0.0.1' })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.controllerId, first!)))
    .returning({ id: targets.id });
  const at = new Date('2030-01-01T00:00:00.000Z');
  const polled = { lastRequestAt: at, credential: 'gateway_token', credentialExpiresAt: at } as const;
  await platform.database
    .insert(targetPolls)
    .values({ tenantId, targetId: a!.id, ...polled })
    .onConflictDoUpdate({ target: [targetPolls.tenantId, targetPolls.targetId], set: polled });
  const { data } = await ask(`{
    targets(filter: "credential==GATEWAY_TOKEN") {
      nodes {
        controllerId registeredWith registeredFrom sharingSuspectedAt
        credential { kind lastUsedAt expiresAt }
      }
    }
    fleetSummary { gatewayTokens targetTokens credentialsExpiring credentialsExpired }
  }`);
  expect(data.targets.nodes).toEqual([
    {
      controllerId: first,
      registeredWith: 'GATEWAY_TOKEN',
      registeredFrom: 'http://10.0.0.1',
      sharingSuspectedAt: null,
      credential: { kind: 'GATEWAY_TOKEN', lastUsedAt: at.toISOString(), expiresAt: at.toISOString() },
    },
  ]);
  expect(data.fleetSummary).toMatchObject({ gatewayTokens: 1, targetTokens: 0 });
});
