import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { createMigratedDatabase, type OwnDatabase } from '../support/database.ts';
import { clientOf, graphql } from '../support/server.ts';

/* Two servers on one database, of which one is on a machine whose clock is an hour off, and jumps. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const HOUR = 3_600_000;
/** Sets the clock of its process by what a file says, on a signal. */
const PRELOAD = `
  import { readFileSync, writeFileSync } from 'node:fs';
  const file = process.env.CLOCK_FILE;
  let ahead = Number(readFileSync(file, 'utf8'));
  process.on('SIGUSR2', () => {
    ahead = Number(readFileSync(file, 'utf8'));
    writeFileSync(file + '.set', String(ahead));
  });
  const Right = Date;
  globalThis.Date = class Date extends Right {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Right.now() + ahead);
    }
    static now() { return Right.now() + ahead; }
  };
`;

let database: OwnDatabase;
let right: Served;
let wrong: Served;
let clockFile: string;
beforeAll(async () => {
  [database] = await Promise.all([createMigratedDatabase(), buildServer()]);
  const folder = makeFolder();
  clockFile = join(folder, 'ahead');
  writeFileSync(clockFile, String(HOUR));
  const preload = join(folder, 'clock.mjs');
  writeFileSync(preload, PRELOAD);
  const environment = { DATABASE_URL: database.url, NODE_ENV: 'production', MUSTER_WEBHOOKS_PRIVATE: 'true' };
  right = await start(makeFolder(), environment);
  wrong = await start(folder, { ...environment, NODE_OPTIONS: `--import=${preload}`, CLOCK_FILE: clockFile });
});
afterAll(async () => {
  await cleanUp();
  await database?.drop();
});

/** Lets the clock of the one server jump, so far from the right time. */
async function jump(ahead: number): Promise<void> {
  writeFileSync(clockFile, String(ahead));
  wrong.kill('SIGUSR2');
  await until(
    () => existsSync(`${clockFile}.set`) && readFileSync(`${clockFile}.set`, 'utf8') === String(ahead),
  );
}

const create = async (server: Served, controllerId: string) => {
  const json = [{ controllerId, securityToken: controllerId }];
  const answer = await server.admin('/rest/v1/targets', { method: 'POST', json });
  expect(answer.status).toBe(201);
  return answer.json[0];
};
const poll = async (server: Served, controllerId: string) =>
  (await clientOf(server, `TargetToken ${controllerId}`)(`/DEFAULT/controller/v1/${controllerId}`)).status;
const overdue = async (server: Served) =>
  (await graphql(server.admin, '{ targets(filter: "overdue==true") { totalCount } }')).targets.totalCount;

async function signIn(server: Served): Promise<string> {
  const json = { username: 'admin', password: 'admin' };
  const answer = await clientOf(server)('/graphql/session', { method: 'POST', json });
  expect(answer.status).toBe(200);
  return answer.headers.get('set-cookie')!.split(';', 1)[0]!;
}
const isSignedIn = async (server: Served, cookie: string) => {
  const json = { query: '{ viewer { username } }' };
  const { status } = await clientOf(server)('/graphql', { method: 'POST', headers: { cookie }, json });
  return status === 200;
};

test('a clock that is an hour ahead, and jumps back and forth, changes nothing', async () => {
  expect(wrong.stdout().match(/this machine's clock [^"]*/g)).toEqual([
    "this machine's clock is 3600 s ahead of the database's: the database's counts",
  ]);
  const cookie = await signIn(wrong);
  for (const [round, ahead] of [HOUR, -HOUR, 13 * HOUR, 0].entries()) {
    if (round) await jump(ahead);
    const { createdAt } = await create(wrong, `c-${round}`);
    expect(Math.abs(createdAt - Date.now())).toBeLessThan(60_000);
    for (const server of [right, wrong]) {
      expect(await poll(server, `c-${round}`)).toBe(200);
      expect(await overdue(server)).toBe(0);
      expect(await isSignedIn(server, cookie)).toBe(true);
      expect(await isSignedIn(server, await signIn(server))).toBe(true);
    }
  }
});

test('what is to happen at a time happens then, and events are signed with the right time', async () => {
  await jump(-HOUR);
  const heard: { id: string; at: string; signature: string; body: string }[] = [];
  const receiver = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    const header = (name: string) => String(request.headers[`webhook-${name}`]);
    heard.push({ id: header('id'), at: header('timestamp'), signature: header('signature'), body });
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as { port: number };
  const { createWebhook } = await graphql(
    wrong.admin,
    `mutation ($url: URL!) { createWebhook(input: { name: "all", url: $url }) { secret userErrors { message } } }`,
    { url: `http://127.0.0.1:${port}/` },
  );
  expect(createWebhook.userErrors).toEqual([]);
  // Only the wrong one is there to send it.
  await stop(right);
  await create(wrong, 'announced');
  await until(() => heard.length);
  receiver.close();
  const { id, at, signature, body } = heard[0]!;
  expect(Math.abs(Number(at) * 1000 - Date.now())).toBeLessThan(60_000);
  const key = Buffer.from(createWebhook.secret.replace(/^whsec_/, ''), 'base64');
  expect(signature).toContain(createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64'));
  await stop(wrong);
});
