import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import {
  basic,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
} from '../../support/server.ts';
import { CONTENT, call, fill, runImport } from './hawkbit.ts';

/* Muster plays the hawkBit: another tenant of it, filled by the Management API. */

const server = await startTestServer();
afterAll(server.stop);
const folder = newFolder();
mkdirSync(folder);

/** The rows of the table that say that something was written. */
const written = (out: string) =>
  out.split('\n').filter((line) => /^\D+\d+ +(?!0 +0 )\d+ +\d+ +\d+ +\d+$/.test(line));
const from = await createServedTenant(server);
const filled = await fill(from);
/** A tenant that is moved into, and the command that does it. */
async function openMove() {
  const to = await createServedTenant(server);
  const state = join(folder, `${to.name}.json`);
  const run = (...more: string[]) => runImport({ url: server.url, from, to, state }, ...more);
  return { to, run };
}
const totalOf = async (tenant: ServedTenant, path: string) => (await call(tenant, 'GET', path)).total;

it('counts in a dry run, brings all over, starts nothing, and finds no difference then', async () => {
  const { to, run } = await openMove();
  const dry = await run('--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toMatch(/^targets +6 +6 +0 +0 +0$/m);
  for (const list of ['targets', 'softwaremodules', 'targettags', 'rollouts'])
    expect(await totalOf(to, list), list).toBe(0);

  const done = await run();
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toMatch(/^targets +6 +6 +0 +0 +0$/m);
  expect(done.out).toMatch(/^tags of targets +3 +3 +0 +0 +0$/m);
  expect(await run('--verify')).toEqual({ code: 0, out: 'no difference\n', err: '' });

  // Devices sign in as before, and have nothing to do.
  const [name] = filled.names;
  const authorization = `TargetToken token-of-${name}`;
  const poll = await to.admin(`/${to.name}/controller/v1/${name}`, { headers: { authorization } });
  expect(poll.json).toMatchObject({ config: { polling: { sleep: '00:07:00' } } });
  expect(Object.keys(poll.json._links ?? {})).not.toContain('deploymentBase');
  expect(await call(to, 'GET', `targets/${name}/installedDS`)).toMatchObject({
    name: 'Boiler',
    version: '1.0',
  });
  expect(await totalOf(to, 'actions?q=active==true')).toBe(0);
  const [rollout] = (await call(to, 'GET', 'rollouts')).content;
  await expect.poll(async () => (await call(to, 'GET', `rollouts/${rollout.id}`)).status).toBe('ready');
  const { content } = await call(to, 'GET', 'autoassignments');
  expect(content.map(({ name, status }: Record<string, string>) => [name, status]).sort()).toEqual([
    ['all', 'ready'],
    ['alone', 'ready'],
  ]);
  const [module] = (await call(to, 'GET', 'softwaremodules?q=vendor==ACME')).content;
  const [artifact] = await call(to, 'GET', `softwaremodules/${module.id}/artifacts`);
  const path = `/rest/v1/softwaremodules/${module.id}/artifacts/${artifact.id}/download`;
  expect((await to.admin(path)).text).toBe(CONTENT.toString());

  const again = await run();
  expect(again.out).toMatch(/^targets +6 +0 +0 +6 +0$/m);
  expect(written(again.out)).toEqual([]);
});

it('finds a difference of every kind, mends what it can, and never tells a secret', async () => {
  const { to, run } = await openMove();
  await run();
  const send = (method: string, path: string, json?: unknown) => call(to, method, path, json);
  const one = async (list: string, q: string) =>
    (await send('GET', `${list}?q=${encodeURIComponent(q)}`)).content[0];
  const [first, second, third] = filled.names;
  const tag = await one('targettags', 'colour==*');
  await send('PUT', `targettags/${tag.id}`, { name: tag.name, colour: 'blue' });
  await send('DELETE', `targettags/${tag.id}/assigned/${third}`);
  const set = await one('distributionsets', 'version==2.0');
  await send('POST', `distributionsettags/${(await one('distributionsettags', 'name==*')).id}/assigned`, [
    (await one('distributionsets', 'version==1.0')).id,
  ]);
  await send('PUT', `targets/${first}`, {
    description: 'other',
    securityToken: 'another-secret',
    targetType: -1,
  });
  await send('PUT', `targets/${first}/metadata/site`, { value: 'cellar' });
  await send('POST', `targets/${first}/autoConfirm/deactivate`);
  await send('DELETE', `targets/${second}`);
  await send('POST', 'targets', [{ controllerId: 'only-here' }]);
  await send('PUT', 'targetgroups/assigned?group=eu/fr', [third]);
  for (const kind of ['softwaremoduletypes', 'distributionsettypes', 'targettypes']) {
    const type = await one(kind, 'key=in=(fpga,boiler,b2)');
    await send('PUT', `${kind}/${type.id}`, { name: type.name, description: 'other' });
  }
  await send('PUT', 'system/configs/authentication.gatewaytoken.key', { value: 'another-gateway-secret' });
  await send('PUT', 'system/configs/pollingTime', { value: '00:01:00' });
  const module = await one('softwaremodules', 'vendor==ACME');
  await send('PUT', `softwaremodules/${module.id}`, { vendor: 'Other', locked: false });
  await send('PUT', `distributionsets/${set.id}/metadata/note`, { value: 'other' });
  await send('PUT', `distributionsets/${set.id}`, { locked: false });
  const filter = await one('targetfilters', 'name==all');
  await send('PUT', `targetfilters/${(await one('targetfilters', 'name==none')).id}`, { query: 'name==y' });
  await send('DELETE', `targetfilters/${filter.id}/autoAssignDS`);
  const alone = await one('autoassignments', 'name==alone');
  await send('PUT', `autoassignments/${alone.id}`, { name: 'alone', description: 'other' });
  const rollout = await one('rollouts', 'name==wave');
  await send('PUT', `rollouts/${rollout.id}`, { name: 'wave', description: 'other' });
  const [artifact] = await send('GET', `softwaremodules/${module.id}/artifacts`);
  await send('DELETE', `softwaremodules/${module.id}/artifacts/${artifact.id}`).catch(() => undefined);

  const found = await run('--verify');
  expect(found.code).toBe(1);
  const kinds = new Set(found.out.split('\n').map((line) => line.split(': ')[0]));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      ...['software module types', 'distribution set types', 'target types', 'settings of the tenant'],
      ...['target tags', 'software modules', 'distribution sets', 'tags of distribution sets', 'targets'],
      ...['tags of targets', 'installed distribution sets', 'target filters'],
      ...[
        'auto-assignments of target filters',
        'auto-assignments',
        'rollouts',
        'states of distribution sets',
      ],
    ]),
  );
  expect(found.out).toContain(`targets: ${first}: securityToken: hawkBit "(secret)", Muster "(secret)"\n`);
  expect(found.out).toMatch(/^targets: only-here: only in Muster$/m);
  expect(found.out).toContain(`targets: ${second}: only in hawkBit\n`);
  expect(found.out).toContain(`targets: ${third}: group: hawkBit "", Muster "eu/fr"\n`);
  expect(found.out).not.toMatch(/another-|token-of|gateway-secret/);
  const json = JSON.parse((await run('--verify', '--json')).out);
  expect(json.differences).toHaveLength(json.differenceCount);

  await run();
  const left = (await run('--verify')).out.split('\n').sort();
  // What only Muster has stays: nothing is ever deleted.
  expect(left).toEqual([
    '',
    '2 differences',
    expect.stringMatching(/^tags of distribution sets: released: sets: hawkBit /),
    'targets: only-here: only in Muster',
  ]);
});

it('assigns again with --actions what devices have still to do', async () => {
  // In hawkBit the filter's auto-assignment has reached four targets, which wait for a confirmation.
  await expect.poll(() => totalOf(from, 'actions?q=active==true')).toBe(4);
  const { to, run } = await openMove();
  const done = await run('--actions');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toMatch(/^open actions +4 +4 +0 +0 +0$/m);
  const { content } = await call(to, 'GET', 'actions?q=active==true');
  expect(content).toHaveLength(4);
  expect(content[0]).toMatchObject({ status: 'wait_for_confirmation', forceType: 'soft', weight: 77 });
  expect(written((await run('--actions')).out)).toEqual([]);
});

it('says before it begins that a quota of the tenant is too small', async () => {
  const small = await createServedTenant(server);
  const system = clientOf(server, basic('admin', 'admin'));
  const { tenants } = await graphql(system, `{ tenants(filter: "name==${small.name}") { nodes { id } } }`);
  const { setTenantQuotas } = await graphql(
    system,
    'mutation ($input: SetTenantQuotasInput!) { setTenantQuotas(input: $input) { userErrors { message } } }',
    { input: { tenantId: tenants.nodes[0].id, quotas: [{ kind: 'TARGETS', limit: 5 }] } },
  );
  expect(setTenantQuotas.userErrors).toEqual([]);
  const state = join(folder, 'small.json');
  const { code, err } = await runImport({ url: server.url, from, to: small, state }, '--restart');
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringMatching(/TARGETS: hawkBit has 6, Muster's .* 5\n$/),
  });
});
