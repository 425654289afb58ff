import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { slowness } from '../support/pace.ts';
import { clientOf } from '../support/server.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { askAll } from './doors.ts';
import { beginLives, lostOf } from './lives.ts';

/*
 * A database that is frozen, or refuses connections, for long, while devices live. `MUSTER_FAULTS_OUTAGE=20` makes each
 * outage last so many seconds.
 */

const OUTAGE_MS = Number(process.env['MUSTER_FAULTS_OUTAGE'] ?? 3) * 1_000;
const WITHIN_MS = 2_000 * slowness();
/** More often where it took longer each time, because the machine is shared. */
const TRIES = 4;

vi.setConfig({ testTimeout: 60_000 + TRIES * (OUTAGE_MS + 30_000), hookTimeout: 180_000 });

let cluster: Cluster;
let server: Served;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
  server = await start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
  const json = [{ controllerId: 'known', securityToken: 'known' }];
  expect((await server.admin('/rest/v1/targets', { method: 'POST', json })).status).toBe(201);
});
afterAll(cleanUp);

const poll = async () => (await clientOf(server, 'TargetToken known')('/DEFAULT/controller/v1/known')).status;

test.each([
  // What is frozen may be changed by others who reach it: what is remembered counts for three seconds.
  ['is frozen', () => cluster.freeze(), () => cluster.thaw(), new Set([200, 503])],
  // Nobody can change what is gone.
  ['refuses connections', () => cluster.stop('SIGQUIT'), () => cluster.start(), new Set([200])],
] as const)(
  `for ${OUTAGE_MS / 1_000} s in which the database %s all is answered at once, and all goes on soon after`,
  async (_, lose, bringBack, polls) => {
    const lives = await beginLives(server, 6);
    const times: number[] = [];
    const recoveries: number[] = [];
    const isSoon = (each: number[]) => Math.min(...each) < WITHIN_MS;
    for (let round = 0; round < TRIES && !(round && isSoon(times) && isSoon(recoveries)); round++) {
      await lives.some(50);
      expect(await poll()).toBe(200);
      const lostAt = performance.now();
      await lose();
      let slowest = 0;
      while (performance.now() - lostAt < OUTAGE_MS) {
        const told = await askAll(server);
        const wrong = told.filter(({ status, retryAfter }) => status !== 503 || !retryAfter);
        expect(wrong).toEqual([]);
        slowest = Math.max(slowest, ...told.map(({ ms }) => ms));
        expect(polls).toContain(await poll());
        await pause(200);
      }
      times.push(slowest);
      await bringBack();
      const backAt = performance.now();
      await lives.some(1);
      recoveries.push(performance.now() - backAt);
    }
    const kept = await lives.end();
    expect(kept.unexpected).toEqual([]);
    expect(await cluster.ask((sql) => lostOf(kept, sql, server.admin))).toEqual([]);
    console.log(
      `slowest answer ${Math.round(Math.min(...times))} ms, back after ${Math.round(Math.min(...recoveries))} ms`,
    );
    expect(Math.min(...times)).toBeLessThan(WITHIN_MS);
    expect(Math.min(...recoveries)).toBeLessThan(WITHIN_MS);
    expect(await poll()).toBe(200);
  },
);

test('then it ends in order', () => stop(server));
