import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import { createServedTenant, startTestServer } from '../../support/server.ts';
import { call, runImport } from './hawkbit.ts';
import { startOlderHawkbit } from './older-hawkbit.ts';

/* A server with recorded answers, for what Muster itself can't play: an older hawkBit, and one that fails. */

/** Three pages. */
const COUNT = 1_001;
const server = await startTestServer();
const hawkbit = await startOlderHawkbit(COUNT);
afterAll(async () => {
  hawkbit.stop();
  await server.stop();
});
const folder = newFolder();
mkdirSync(folder);
let states = 0;
const away = await startOlderHawkbit(0);
away.stop();
const FROM = { user: 'admin', password: 'secret' };

it('goes on in the middle of the targets after it broke off, and takes an older hawkBit as it is', async () => {
  const to = await createServedTenant(server);
  const state = join(folder, 'state.json');
  const run = (...more: string[]) =>
    runImport({ url: hawkbit.url, from: FROM, to, toUrl: server.url, state }, '--retries', '1', ...more);
  let busy = 1;
  hawkbit.before = (path, response) => {
    // One is answered as busy, which is waited for; in the second page of targets all goes down.
    if (path === 'targets/dev-3/attributes' && busy-- > 0) {
      response.writeHead(429, { 'Retry-After': '0' }).end();
      return true;
    }
    if (path !== 'targets/dev-700/attributes') return false;
    response.destroy();
    return true;
  };
  const broken = await run();
  expect(broken.code).toBe(3);
  expect(broken.err).toContain('not finished: the same command goes on from here\n');
  expect(broken.err).toContain(
    'left out: settings of the tenant: multi.assignments.enabled: Muster has no such setting\n',
  );
  expect(broken.err).toContain(`cannot reach hawkBit at ${hawkbit.url}/`);
  expect((await call(to, 'GET', 'targets')).total).toBe(500);
  expect(existsSync(state)).toBe(true);

  hawkbit.before = () => false;
  hawkbit.asked.length = 0;
  const done = await run();
  expect(done.code).toBe(1);
  expect(hawkbit.asked.filter((path) => /^targets\/dev-[0-4]?\d?\d\//.test(path))).toEqual([]);
  expect(done.out).toMatch(/^targets +1,001 +1,001 +0 +0 +0$/m);
  expect(done.out).toMatch(/^settings of the tenant .* 1$/m);
  expect(existsSync(state)).toBe(false);
  expect(await call(to, 'GET', 'targets/dev-2')).toMatchObject({
    securityToken: '00000000000000000000000000000002',
    targetTypeName: 'Gateway',
    address: 'http://10.0.0.1',
    requestAttributes: false,
  });
  expect(await call(to, 'GET', 'targets/dev-700/attributes')).toEqual({ serial: 'S700' });
  expect((await call(to, 'GET', 'targets/dev-700/metadata')).content).toEqual([
    { key: 'note', value: 'n700' },
  ]);
  expect(await call(to, 'GET', 'targets/dev-1/installedDS')).toMatchObject({ name: 'fw' });
  expect((await call(to, 'GET', 'rollouts')).total).toBe(0);
  hawkbit.answers['targets'] = { content: [], total: 0 };
  const verified = await run('--verify');
  expect(verified.out.split('\n').filter((line) => !/only in Muster$/.test(line))).toEqual([
    'settings of the tenant: multi.assignments.enabled: only in hawkBit',
    expect.stringMatching(/^[\d,]+ differences$/),
    '',
  ]);
}, 120_000);

it.each<[string, Partial<Parameters<typeof runImport>[0]>, Record<string, unknown>, number, RegExp]>([
  [
    'a wrong password',
    { from: { user: 'admin', password: 'wr0ng' } },
    {},
    3,
    /not take this user with this password/,
  ],
  [
    'a missing permission',
    {},
    { targettags: 403 },
    1,
    /forbids GET \/rest\/v1\/targettags: .* READ_TARGET\n/,
  ],
  [
    'tokens that are not shown',
    {},
    { targets: { content: [{ controllerId: 'a', name: 'a' }], total: 1 } },
    1,
    /READ_TARGET_SECURITY_TOKEN/,
  ],
  ['a page of something else', {}, { targets: '<html></html>' }, 3, /not as hawkBit's Management API does/],
  ['no such path', {}, { targets: 404 }, 3, /has no Management API of a hawkBit/],
  ['a failing server', {}, { targets: 500 }, 3, /failed at GET/],
  ['no server', { url: away.url }, {}, 3, /cannot reach hawkBit .*ECONNREFUSED/],
  ['a secret in the address', { url: 'http://admin:s3cret@127.0.0.1:1' }, {}, 2, /must not have a user/],
])('says clearly that there is %s', async (_, options, answers, code, words) => {
  const to = await createServedTenant(server);
  const before = hawkbit.answers;
  hawkbit.answers = { ...before, ...answers };
  const state = join(folder, `state-${states++}.json`);
  const run = await runImport(
    { url: hawkbit.url, from: FROM, to, toUrl: server.url, state, ...options },
    ...['--retries', '0'],
  );
  hawkbit.answers = before;
  expect(run).toMatchObject({ code, err: expect.stringMatching(words) });
  expect(run.out + run.err).not.toMatch(/wr0ng|s3cret|a-quiet-secret/);
});
