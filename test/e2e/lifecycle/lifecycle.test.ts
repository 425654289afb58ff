import { cpSync, mkdirSync } from 'node:fs';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPool } from '../../../src/database/connect.ts';
import { BUILT_SERVER, buildServer } from '../../support/build.ts';
import { createDatabase } from '../../support/database.ts';
import { basic, clientOf, graphql } from '../../support/server.ts';
import {
  answerOf,
  beginRequest,
  createTarget,
  deploy,
  freshPoll,
  idsLike,
  poll,
  refusesConnections,
  report,
  TOKEN,
  tell,
} from './requests.ts';
import {
  cleanUp,
  databasePid,
  END_WITHIN_MS,
  type Environment,
  isPortFree,
  isRunning,
  makeFolder,
  PROJECT,
  placeOf,
  refusals,
  run,
  type Served,
  START_LINE,
  socketOf,
  start,
  stop,
  until,
  workersOf,
} from './support.ts';

/* The built server, as operators meet it: started, stopped, killed, and given what it can't work with. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 }); // a busy disk makes initdb slow

const root = process.getuid?.() === 0;

let home: string;
beforeAll(async () => {
  await buildServer();
  home = makeFolder();
});
afterAll(cleanUp);

describe('a server through its life', () => {
  let server: Served;

  test('with an empty environment it starts, says where, and is ready', async () => {
    await writeFile(
      join(home, 'application.properties'),
      'hawkbit.server.ddi.security.authentication.gatewaytoken.enabled=true\n',
    );
    const env: Environment = (await isPortFree(8080)) ? {} : { PORT: '0' };
    const { url } = await startWith(env);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(server.stdout()).toMatch(/\(version \d+\.\d+\.\d+[^)]*\)$/m);
    expect(server.stdout()).toContain(`  device API      ${url}/{tenant}/controller/v1/{controllerId}\n`);
    expect(server.stdout()).toMatch(/^ {2}data +\/.+$/m);
    await until(() => server.stdout().includes('the account admin has the password admin'));
    expect(server.stderr()).toBe('');

    expect((await server.device('/health/ready')).status).toBe(200);
    expect((await server.device('/health/live')).status).toBe(200);
    await server.device('/exports');
    await server.device('/rest/v1/targets');
    const metrics = await server.device('/metrics');
    for (const door of ['files', 'rest'])
      expect(metrics.text).toContain(`muster_requests_total{channel="${door}",status="401"} 1`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(metrics.text).toContain('muster_polls_total');
  });

  const startWith = async (env: Environment): Promise<Served> => {
    server = await (env['PORT'] === undefined ? startBare() : start(home, env, BUILT_SERVER));
    return server;
  };
  /** Without any variable at all. */
  const startBare = async (): Promise<Served> => {
    const process = run(home, {}, BUILT_SERVER);
    const url = await until(() => START_LINE.exec(process.stdout())?.[1]);
    return { ...process, url, admin: clientOf({ url }, basic('admin', 'admin')), device: clientOf({ url }) };
  };

  test('application.properties of the working directory counts: the gateway token is on', async () => {
    const { admin, device } = server;
    const enabled = await admin('/rest/v1/system/configs/authentication.gatewaytoken.enabled');
    expect(enabled.json).toMatchObject({ value: true, global: true });
    const { generateGatewayToken } = await graphql(
      admin,
      'mutation { generateGatewayToken(input: {}) { token } }',
    );
    const answer = await device('/DEFAULT/controller/v1/life-gateway', {
      headers: { authorization: `GatewayToken ${generateGatewayToken.token}` },
    });
    expect(answer.status).toBe(200);
  });

  test('polls are counted', async () => {
    await createTarget(server.admin, 'life-1', { name: 'Life' });
    expect((await poll(server.device, 'life-1')).status).toBe(200);
    expect((await poll(server.device, 'life-1', 'wrong')).status).toBe(401);
    const { text } = await server.device('/metrics');
    expect(text).toMatch(/^muster_polls_total\{status="200"\} [1-9]/m);
    expect(text).toMatch(/^muster_polls_total\{status="401"\} [1-9]/m);
  });

  test('a port in use ends another start, which disturbs nobody', async () => {
    const { port } = new URL(server.url);
    const pid = databasePid(home);
    const lines = await refusals(home, [{ PORT: port }, { PORT: port, MUSTER_WORKERS: '2' }]);
    for (const line of lines) expect(line).toMatch(new RegExp(`port ${port} .*already in use.*PORT`));
    expect((await server.device('/health/ready')).status).toBe(200);
    expect((await server.admin('/rest/v1/targets/life-1')).status).toBe(200);
    expect(databasePid(home)).toBe(pid);
  });

  test('a database that cannot be used ends the start with one line', async () => {
    const { host, password } = socketOf(home);
    const urls: [string, RegExp][] = [
      ['postgres://muster:x@127.0.0.1:1/muster', /ECONNREFUSED/],
      ['postgres://muster:x@no-such-host.invalid/muster', /no-such-host\.invalid/],
      [`postgres://muster:wrong@localhost/muster?host=${host}`, /password authentication failed/],
      [`postgres://muster:${password}@localhost/nowhere?host=${host}`, /"nowhere" does not exist/],
    ];
    const elsewhere = makeFolder();
    const lines = await refusals(
      elsewhere,
      urls.map(([url]) => ({ DATABASE_URL: url })),
    );
    for (const [index, [, reason]] of urls.entries()) {
      const line = lines[index];
      expect(line).toMatch(/DATABASE_URL/);
      expect(line).toMatch(reason);
      expect(line).not.toContain(password);
    }
    expect(await readdir(elsewhere), 'no embedded database was made instead').toEqual([]);
  });

  test('a bad setting ends the start with one line that names it', async () => {
    const elsewhere = makeFolder();
    await writeFile(join(elsewhere, 'a-file'), '');
    const bad: [env: Environment, says: RegExp][] = [
      [{ PORT: 'abc' }, /PORT.*whole number/],
      [{ HOST: '0.0.0.0' }, /MUSTER_ADMIN_PASSWORD/],
      [{ HOST: 'no-such-host.invalid', MUSTER_ADMIN_PASSWORD: 'a-quiet-secret' }, /HOST/],
      [{ MUSTER_TRUSTED_PROXIES: 'nonsense' }, /MUSTER_TRUSTED_PROXIES/],
      [{ MUSTER_CONFIG_FILE: join(elsewhere, 'nothing') }, /MUSTER_CONFIG_FILE.*nothing/],
      [{ MUSTER_DATA_DIR: join(elsewhere, 'a-file') }, /a-file/],
      [{ DATABASE_URL: 'mysql://localhost/muster' }, /DATABASE_URL.*postgres/],
    ];
    const lines = await refusals(
      elsewhere,
      bad.map(([env]) => env),
    );
    for (const [index, [, says]] of bad.entries()) expect(lines[index]).toMatch(says);
    expect(await readdir(elsewhere)).toEqual(['a-file']);
  });

  test('SIGTERM: what is in flight is answered, poll times are written, the end is code 0', async () => {
    const { admin, device, url } = server;
    await poll(device, 'life-1');
    const before = (await admin('/rest/v1/targets/life-1')).json.lastControllerRequestAt;
    const body = JSON.stringify([{ controllerId: 'life-in-flight' }]);
    const request = await beginRequest(url, body.slice(0, 10), body.length);
    await poll(device, 'life-1'); // remembered, to be written within a second

    const asked = performance.now();
    server.kill('SIGTERM');
    await until(() => refusesConnections(url));
    request.write(body.slice(10));
    expect(await answerOf(request)).toMatch(/^HTTP\/1\.1 201 /);
    expect(await server.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(END_WITHIN_MS);
    expect(server.stderr()).toBe('');
    for (const line of ['SIGTERM: Muster finishes', 'Muster has stopped'])
      expect(server.stdout()).toContain(line);
    expect(databasePid(home), 'its database is stopped, too').toBeUndefined();

    server = await start(home, { MUSTER_ADMIN_PASSWORD: 'a-quiet-secret', MUSTER_WORKER: '2' });
    expect(server.stdout()).toContain('MUSTER_ADMIN_PASSWORD changed nothing');
    expect(server.stdout()).toContain('is MUSTER_WORKERS meant?');
    const after = (await server.admin('/rest/v1/targets/life-1')).json;
    expect(after.lastControllerRequestAt).toBeGreaterThan(before);
    expect((await server.admin('/rest/v1/targets/life-in-flight')).status).toBe(200);
  });

  test('a second start found its data again', async () => {
    expect((await server.admin('/rest/v1/targets/life-1')).json).toMatchObject({
      name: 'Life',
      securityToken: TOKEN,
    });
    expect((await server.admin('/rest/v1/targets/life-gateway')).json).toMatchObject({ createdBy: 'system' });
    expect((await poll(server.device, 'life-1')).status).toBe(200);
  });

  test('SIGKILL while it serves: nothing that was acknowledged is lost', async () => {
    const { generateGatewayToken } = await graphql(
      server.admin,
      'mutation { generateGatewayToken(input: {}) { token } }',
    );
    const gateway = { authorization: `GatewayToken ${generateGatewayToken.token}` };
    const acknowledged = {
      created: new Set<string>(),
      reported: new Map<string, string>(),
      registered: new Set<string>(),
      told: 0,
    };
    const { admin, device } = server;
    const action = await deploy(admin, 'kill-deployed');
    let going = true;
    /** Does one thing after another until the server is gone. */
    const work = async (step: (n: number) => Promise<void>) => {
      for (let n = 0; going; n++) await step(n).catch(() => (going = false));
    };
    const workers = [0, 1, 2].flatMap((w) => [
      work(async (n) => {
        const id = `kill-created-${w}-${n}`;
        if ((await createTarget(admin, id)).status === 201) acknowledged.created.add(id);
      }),
      work(async (n) => {
        const id = `kill-reports-${w}`;
        if (n === 0) await createTarget(admin, id);
        else if ((await report(device, id, { count: `${n}` })).status === 200)
          acknowledged.reported.set(id, `${n}`);
      }),
      work(async (n) => {
        const id = `kill-registered-${w}-${n}`;
        const { status } = await device(`/DEFAULT/controller/v1/${id}`, { headers: gateway });
        if (status === 200) acknowledged.registered.add(id);
      }),
    ]);
    workers.push(
      work(async (n) => {
        if ((await tell(device, action, `${n}`)).status === 200) acknowledged.told = n;
      }),
    );
    const { created, reported, registered } = acknowledged;
    await until(
      () => created.size > 100 && registered.size > 100 && reported.size === 3 && acknowledged.told > 20,
    );
    server.kill('SIGKILL');
    expect(await server.ended).toBe('SIGKILL');
    await Promise.all(workers);
    const left = databasePid(home);
    expect(left && isRunning(left), 'its database is left behind').toBe(true);

    server = await start(home);
    expect(await idsLike(server.admin, 'kill-created-')).toEqual(expect.arrayContaining([...created]));
    expect(await idsLike(server.admin, 'kill-registered-')).toEqual(expect.arrayContaining([...registered]));
    for (const [id, count] of reported) {
      const { json } = await server.admin(`/rest/v1/targets/${id}/attributes`);
      expect(Number(json.count)).toBeGreaterThanOrEqual(Number(count));
    }
    const { content } = (await server.admin(`${action.shown}/status?sort=id:DESC&limit=1`)).json;
    expect(Number(content[0].messages[0])).toBeGreaterThanOrEqual(acknowledged.told);
    await stop(server);
    expect(left && isRunning(left), 'the next server took it over and ended it').toBe(false);
  });

  test('two workers serve one port, agree within a moment, and end together', async () => {
    server = await start(home, { MUSTER_WORKERS: '2' });
    const { url, admin, device } = server;
    await createTarget(admin, 'life-workers');
    const remembered = async () =>
      Number(/^muster_devices_remembered (\d+)/m.exec((await device('/metrics')).text)?.[1]);
    await until(async () => {
      expect(await freshPoll(url, 'life-workers', TOKEN)).toBe(200);
      return (await remembered()) === 2; // each has met the device
    });

    const rotated = 'another-token-0123456789abcdef0';
    const { target } = await graphql(
      admin,
      '{ target: targetByControllerId(controllerId: "life-workers") { id } }',
    );
    await graphql(
      admin,
      'mutation ($input: RotateTargetTokenInput!) { rotateTargetToken(input: $input) { userErrors { code } } }',
      { input: { id: target.id, securityToken: rotated } },
    );
    const all = (token: string) =>
      Promise.all(Array.from({ length: 8 }, () => freshPoll(url, 'life-workers', token)));
    await until(async () => (await all(TOKEN)).every((status) => status === 401), 2_000);
    expect(await all(rotated)).toEqual(Array(8).fill(200));

    const metrics = await device('/metrics');
    expect(metrics.text, 'counts of both').toMatch(/^muster_polls_total\{status="401"\} ([89]|\d\d)/m);
  });

  test.runIf(process.platform === 'linux')('workers that are killed all at once are replaced', async () => {
    const before = await workersOf(server.pid);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const now = await workersOf(server.pid);
      return now.length === 2 && !now.some((pid) => before.includes(pid));
    });
    const poll = () => freshPoll(server.url, 'life-workers', 'x').catch(() => 0);
    // Until they serve they say 503.
    await until(async () => (await poll()) === 401);
    expect(server.stdout()).toContain('a worker ended by SIGKILL; another is started');
  });

  test.runIf(process.platform === 'linux')('a worker that is killed is replaced', async () => {
    const before = await workersOf(server.pid);
    expect(before).toHaveLength(2);
    process.kill(before[0]!, 'SIGKILL');
    await until(async () => {
      const now = await workersOf(server.pid);
      return now.length === 2 && !now.includes(before[0]!);
    });
    const poll = () => freshPoll(server.url, 'life-workers', 'x').catch(() => 0);
    await until(async () => (await poll()) === 401);

    const workers = await workersOf(server.pid);
    await stop(server);
    expect(workers.filter(isRunning)).toEqual([]);
    expect(databasePid(home)).toBeUndefined();
  });
});

test('an external database by DATABASE_URL, in production', async () => {
  const folder = makeFolder();
  const { connection, url, drop } = await createDatabase();
  const other = openPool(connection, { connections: 1, prepare: false, name: 'muster@elsewhere' });
  await other.client`SELECT 1`;
  try {
    const server = await start(folder, {
      DATABASE_URL: url,
      NODE_ENV: 'production',
      MUSTER_ADMIN_USER: 'chief',
      MUSTER_ADMIN_PASSWORD: 'of all this',
    });
    expect(
      server
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).msg),
    ).toContainEqual(expect.stringMatching(START_LINE));
    await until(() => server.stdout().includes('servers on other machines (elsewhere) use this database'));
    expect((await server.device('/health/ready')).status).toBe(200);
    const chief = clientOf(server, basic('chief', 'of all this'));
    expect((await createTarget(chief, 'life-external')).status).toBe(201);
    expect((await poll(server.device, 'life-external')).status).toBe(200);
    expect((await server.admin('/rest/v1/targets')).status, 'admin/admin is no account here').toBe(401);
    // Only here: the other tests' accounts are hashed at next to no cost.
    const { client, close } = openPool(connection, { connections: 1, prepare: false });
    expect(await client`SELECT password_hash FROM users /* of a test */`.finally(close)).toEqual([
      { password_hash: expect.stringMatching(/^\$scrypt\$ln=15,r=8,p=1\$/) },
    ]);
    await stop(server);
    expect(await readdir(folder), 'no embedded database was made').toEqual([]);
  } finally {
    await other.close();
    await drop();
  }
});

test.runIf(root)('a clone that only root can enter', async () => {
  const clone = makeFolder(0o700);
  cpSync(join(PROJECT, 'dist'), join(clone, 'dist'), { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(clone, 'package.json'));
  const migrations = join('src', 'database', 'migrations');
  mkdirSync(join(clone, migrations), { recursive: true });
  cpSync(join(PROJECT, migrations), join(clone, migrations), { recursive: true });
  await symlink(join(PROJECT, 'node_modules'), join(clone, 'node_modules'));

  const server = await start(clone, {}, join(clone, 'dist', 'main.js'));
  expect(server.stdout()).toMatch(/^ {2}data +\/var\/lib\/muster\//m);
  expect((await createTarget(server.admin, 'life-closed')).status).toBe(201);
  expect((await poll(server.device, 'life-closed')).status).toBe(200);
  await stop(server);
  expect(placeOf(clone)).toMatch(/^\/var\/lib\/muster\//);
});
