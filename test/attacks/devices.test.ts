import { sql } from 'drizzle-orm';
import { afterAll, expect, it } from 'vitest';
import { openTestPlatform } from '../support/platform.ts';
import { clientOf } from '../support/server.ts';
import { createDevice, startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* A device that writes as much, and as often, as it can. */

const server = await startAttacked();
const { platform, close } = await openTestPlatform();
afterAll(close);
const { admin } = server.tenant;

/** An action of a device of its own. */
async function deploy(controllerId: string) {
  const device = await createDevice(server.tenant, controllerId);
  const post = async (path: string, json: unknown) => (await admin(path, { method: 'POST', json })).json;
  const [module] = await post('/rest/v1/softwaremodules', [{ name: controllerId, version: '1', type: 'os' }]);
  const [set] = await post('/rest/v1/distributionsets', [
    { name: controllerId, version: '1', type: 'os', modules: [{ id: module.id }] },
  ]);
  const { assignedActions } = await post(`/rest/v1/targets/${controllerId}/assignedDS`, { id: set.id });
  const actionId: number = assignedActions[0].id;
  return { ...device, actionId, feedback: `${device.path}/deploymentBase/${actionId}/feedback` };
}

const statusesOf = (answers: { status: number }[]) =>
  answers.reduce<Record<number, number>>((counts, { status }) => {
    counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }, {});

it('keeps 25,600 characters of a report of 1 MB, and takes few of them in a row', async () => {
  const { feedback, authorization, actionId } = await deploy('talkative');
  const status = {
    execution: 'proceeding',
    result: { finished: 'none' },
    details: Array(49).fill('x'.repeat(20_000)),
  };
  const answers = await expectNoStall(server, (send) =>
    Promise.all(
      Array.from({ length: 3 }, () =>
        send(feedback, { method: 'POST', as: authorization, json: { status } }),
      ),
    ),
  );
  for (const answer of answers) expect([200, 429]).toContain(answer.status);
  const again = await clientOf(server, authorization)(feedback, { method: 'POST', json: { status } });
  expect([again.status, Number(again.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(60);
  const [kept] = await platform.database.execute<{ longest: number; most: number }>(sql`
    SELECT max(length(array_to_string(messages, ''))) AS longest, max(cardinality(messages)) AS most
    FROM action_entries WHERE action_id = ${actionId}`);
  expect(kept).toEqual({ longest: 25_600, most: 50 });
});

it('takes attributes of a device now and then, however often it sends them', async () => {
  const { path, authorization } = await createDevice(server.tenant, 'restless');
  let value = 0;
  const send = () =>
    clientOf(server, authorization)(`${path}/configData`, {
      method: 'PUT',
      json: { data: { value: String(value++) } },
    });
  const answers = await expectNoStall(server, async () => {
    const all: { status: number }[] = [];
    for (let round = 0; round < 40; round++)
      all.push(...(await Promise.all(Array.from({ length: 5 }, send))));
    return all;
  });
  const statuses = statusesOf(answers);
  expect(statuses[429]).toBeGreaterThan(60);
  expect(Object.keys(statuses)).not.toContain('500');
  const told = await platform.database.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM audit_events
    WHERE tenant_id = (SELECT tenant_id FROM tenants WHERE name = ${server.tenant.name})
      AND type = 'target.attributes-reported' AND subjects = ARRAY['restless']`);
  expect(told[0]!.count).toBeLessThan(150);
  // The others of its kind, and what it is to do, don't suffer.
  const own = clientOf(server, authorization);
  expect((await own(path)).status).toBe(200);
  const other = await createDevice(server.tenant, 'patient');
  const answer = await clientOf(server, other.authorization)(`${other.path}/configData`, {
    method: 'PUT',
    json: { data: { a: '1' } },
  });
  expect(answer.status).toBe(200);
});
