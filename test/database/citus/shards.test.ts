import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOverAllTenants } from '../../../src/database/all-tenants.ts';
import { analyzeGrown } from '../../../src/database/analyze.ts';
import { openPool, type Pool } from '../../../src/database/connect.ts';
import { targets } from '../../../src/database/tables/targets.ts';
import { IS_CITUS } from '../../support/citus.ts';
import { testConnection } from '../../support/database.ts';
import { clientOf, createServedTenant, type ServedTenant, startTestServer } from '../../support/server.ts';
import { deploy } from '../../support/software.ts';
import { OF_A_TEST, type Sent, statementsDuring } from '../../support/statement.ts';

/* Of `npm run test:citus`: where the statements of devices go to. */

let server: Awaited<ReturnType<typeof startTestServer>>;
let tenant: ServedTenant;
let pool: Pool;
beforeAll(async () => {
  if (!IS_CITUS) return;
  server = await startTestServer();
  tenant = await createServedTenant(server);
  pool = openPool(testConnection(), { connections: 1, prepare: false });
});
afterAll(async () => {
  await pool?.close();
  await server?.stop();
});

const isOfRows = ({ text }: Sent) =>
  /^\s*(select|with|insert|update|delete)\b/i.test(text) &&
  !isOverAllTenants(text) &&
  !text.includes(OF_A_TEST);

const literal = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL';
  const text = Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value);
  return `'${text.replaceAll("'", "''")}'`;
};

/** How many tasks a statement would be, of each part that goes to the nodes; with what it says. */
async function tasksOf({ text, parameters }: Sent): Promise<{ text: string; tasks: number[] }> {
  // Citus explains no part that has a parameter of the whole.
  const full = text.replace(/\$(\d+)/g, (_, n) => literal(parameters[Number(n) - 1]));
  const plan = await pool.client.unsafe(`EXPLAIN (COSTS OFF) ${full}`);
  const lines = plan.map((row) => String(row['QUERY PLAN']));
  return { text, tasks: lines.flatMap((line) => /Task Count: (\d+)/.exec(line)?.[1] ?? []).map(Number) };
}

/** What was sent of rows, and what of it would ask more than one shard. */
async function spreadIn(work: () => Promise<unknown>) {
  const sent = (await statementsDuring(work)).filter(isOfRows);
  const looked = [];
  for (const one of sent) looked.push(await tasksOf(one));
  const single = looked.filter(({ tasks }) => tasks.length > 0 && tasks.every((count) => count === 1));
  return { single: single.length, spread: looked.filter(({ tasks }) => tasks.some((count) => count !== 1)) };
}

describe.runIf(IS_CITUS)('on Citus', () => {
  const device = (controllerId: string) => {
    const client = clientOf(server, `TargetToken token-of-${controllerId}`);
    const base = `/${tenant.name}/controller/v1/${controllerId}`;
    return async (path: string, json?: unknown, method = json ? 'POST' : 'GET') => {
      const answer = await client(`${base}${path}`, { method, ...(json ? { json } : {}) });
      expect(answer.status).toBeLessThan(300);
      return answer.json;
    };
  };
  const create = (controllerId: string) =>
    tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId, securityToken: `token-of-${controllerId}` }],
    });

  it('a poll of a device that is not remembered asks one shard', async () => {
    await create('polls');
    const { single, spread } = await spreadIn(() => device('polls')(''));
    expect(spread).toEqual([]);
    expect(single).toBeGreaterThan(0);
  });

  it('what a device writes goes to one shard', async () => {
    await create('writes');
    await deploy(tenant, 'writes', { filename: 'a.bin', content: Buffer.from('content') });
    const ask = device('writes');
    const attributes = { mode: 'merge', data: { serial: '1', place: 'x' } };
    const { single, spread } = await spreadIn(async () => {
      await ask('/configData', attributes, 'PUT');
      const { _links } = await ask('');
      const path = _links.deploymentBase.href.split('/writes')[1];
      await ask(path);
      const feedback = path.replace(/\?.*/, '/feedback');
      await ask(feedback, { status: { execution: 'proceeding', result: { finished: 'none' } } });
      await ask(feedback, { status: { execution: 'closed', result: { finished: 'success' } } });
    });
    expect(spread).toEqual([]);
    expect(single).toBeGreaterThan(5);
  });

  it('a device that registers goes to one shard', async () => {
    const settings = {
      'authentication.gatewaytoken.enabled': true,
      'authentication.gatewaytoken.key': 'gate',
    };
    for (const [key, value] of Object.entries(settings))
      await tenant.admin(`/rest/v1/system/configs/${key}`, { method: 'PUT', json: { value } });
    const gateway = clientOf(server, 'GatewayToken gate');
    const { single, spread } = await spreadIn(async () => {
      const { status } = await gateway(`/${tenant.name}/controller/v1/new`);
      expect(status).toBe(200);
    });
    expect(spread).toEqual([]);
    expect(single).toBeGreaterThan(0);
  });

  it('the statistics of all tenants are not gathered because one has grown', async () => {
    await create('grown');
    const sent = await statementsDuring(() =>
      pool.database.transaction((tx) => analyzeGrown(tx, targets, 1_000_000)),
    );
    expect(sent.map(({ text }) => text).filter((text) => text.startsWith('ANALYZE'))).toEqual([]);
    expect(sent.length).toBeGreaterThan(0);
  });
});
