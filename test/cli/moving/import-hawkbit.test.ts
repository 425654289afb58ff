import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import { createServedTenant, startTestServer } from '../../support/server.ts';
import { call, fill, runImport } from './hawkbit.ts';

/* Muster plays the hawkBit: another tenant of it, filled by the Management API. */

const server = await startTestServer();
afterAll(server.stop);
const folder = newFolder();
mkdirSync(folder);
let files = 0;

async function tenants(targetCount?: number) {
  const [from, to] = [await createServedTenant(server), await createServedTenant(server)];
  const filled = await fill(from, targetCount);
  const state = join(folder, `state-${files++}.json`);
  const run = (...more: string[]) => runImport({ url: server.url, from, to, state }, ...more);
  return { from, to, filled, state, run };
}

it('brings over all kinds of things, starts nothing, and finds no difference then', async () => {
  const { to, run } = await tenants();
  const dry = await run('--dry-run');
  expect(dry.err).toBe('');
  expect(dry.out).toMatch(/^targets +6 +6 +0 +0 +0$/m);
  expect((await call(to, 'GET', 'targets')).total).toBe(0);
  expect((await call(to, 'GET', 'softwaremodules')).total).toBe(0);

  const done = await run();
  expect(done.err).toBe('');
  expect(done.code, done.out).toBe(0);
  expect(done.out).toMatch(/^targets +6 +6 +0 +0 +0$/m);
  expect(await run('--verify')).toMatchObject({ code: 0, out: 'no difference\n' });
  const again = await run();
  expect(again.out).toMatch(/^targets +6 +0 +0 +6 +0$/m);
  expect(again.out.split('\n').filter((line) => /^\D*\d+ +(?!0 +0 )\d+ +\d+/.test(line))).toEqual([]);
});
