import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { buildServer, bundledCommand } from '../../support/build.ts';
import { newFolder } from '../../support/folder.ts';
import { createServedTenant, type ServedTenant, startTestServer } from '../../support/server.ts';
import { fill, runImport } from './hawkbit.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

await buildServer();
const server = await startTestServer();
const from = await createServedTenant(server);
const TARGETS = 40;
await fill(from, TARGETS);
const folder = newFolder();
mkdirSync(folder);

/** What happens at a request instead of an answer. */
let atRequest = (_count: number): boolean => false;
let count = 0;
/** The hawkBit and the Muster, with a count of all that is asked of both. */
const front = createServer((asked: IncomingMessage, answer: ServerResponse) => {
  if (atRequest(++count)) return;
  const { method, headers, url } = asked;
  const passed = request(new URL(url!, server.url), { method: method!, headers }, (found) => {
    answer.writeHead(found.statusCode!, found.headers);
    found.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  asked.pipe(passed);
});
front.listen(0, '127.0.0.1');
await once(front, 'listening');
const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
afterAll(async () => {
  front.closeAllConnections();
  front.close();
  await server.stop();
});

/** Runs the command as a process of its own, which is killed at a request if that is said. @returns the signal that ended it */
async function runKilledAt(to: ServedTenant, state: string, last: number): Promise<string | null> {
  const account = (tenant: ServedTenant) => `${tenant.name}\\boss`;
  const child = spawn(
    process.execPath,
    [bundledCommand(), 'import', 'hawkbit', '--url', url, '--to', url, '--state', state],
    {
      env: {
        ...process.env,
        HAWKBIT_USER: account(from),
        HAWKBIT_PASSWORD: 'a-quiet-secret',
        MUSTER_USER: account(to),
        MUSTER_PASSWORD: 'a-quiet-secret',
      },
      stdio: 'ignore',
    },
  );
  count = 0;
  atRequest = (now) => now >= last && child.kill('SIGKILL');
  const [, signal] = await once(child, 'exit');
  atRequest = () => false;
  return signal;
}

it('ends with the same, however often it is killed in the middle', async () => {
  const whole = await createServedTenant(server);
  const state = (name: string) => join(folder, `${name}.json`);
  count = 0;
  expect((await runImport({ url, from, to: whole, state: state('whole') })).code).toBe(0);
  const requests = count;
  expect(requests).toBeGreaterThan(40);

  const to = await createServedTenant(server);
  for (const share of [0.5, 0.3, 0.2, 0.1])
    expect(await runKilledAt(to, state('killed'), Math.floor(requests * share)), String(share)).toBe(
      'SIGKILL',
    );
  const way = { url, from, to, state: state('killed') };
  const last = await runImport(way);
  expect(last).toMatchObject({ code: 0 });
  expect(last.err).toContain('going on where');
  expect(await runImport(way, '--verify')).toEqual({ code: 0, out: 'no difference\n', err: '' });
  // The two are alike, too: nothing is there twice.
  const totals = async (tenant: ServedTenant) =>
    Promise.all(
      [
        'targets',
        'targettags',
        'softwaremodules',
        'distributionsets',
        'targetfilters',
        'rollouts',
        'autoassignments',
      ].map(async (list) => (await tenant.admin(`/rest/v1/${list}`)).json.total),
    );
  expect(await totals(to)).toEqual(await totals(whole));
});
