import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, vi } from 'vitest';
import { newSigningSecret } from '../../../../src/services/platform/outgoing/sign.ts';
import { openUnderWayElsewhere } from '../../../../src/services/platform/outgoing/under-way.ts';
import type { Platform } from '../../../../src/services/shared/context.ts';
import { openTestPlatform } from '../../../support/platform.ts';

/* What a receiver is asked at once is bounded for all processes on a database together. */

const [here, there] = [await openTestPlatform(), await openTestPlatform()];
const waiting: (() => void)[] = [];
const server = createServer((_request, response) => void waiting.push(() => response.end('{}')));
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
afterAll(async () => {
  for (const { close } of [here, there]) await close();
  server.closeAllConnections();
  server.close();
});

const OF_EACH = 4;
const message = { id: '1', contentType: 'application/json', body: '{}', answerBytes: 100 };
const outgoing = { url, headers: {}, answerBytes: 100, patienceMs: 10_000 };
type Ask = (platform: Platform, key: { tenantId: number; id: number }) => Promise<{ kind: string }>;

/** How many calls of the other a process has heard of. */
function heardBy({ platform }: typeof here, calls: string) {
  let heard = 0;
  platform.announcements.onCounted(calls, (_name, much) => (heard += much));
  return () => heard;
}

it.each<[string, string, Ask]>([
  [
    'a hook',
    'calls of hooks',
    ({ calls, secrets }, key) => {
      const secret = secrets.seal(newSigningSecret());
      return calls.call({ key, url, secret }, message, async (text) => text);
    },
  ],
  [
    'an EST server',
    'requests to EST servers',
    ({ exchanges }, key) => exchanges.exchange(key, outgoing, () => ({ kind: 'answered', value: 1 })),
  ],
])('%s is asked by two processes no more often at once than by one', async (_, calls, ask) => {
  const key = { tenantId: 1, id: 1 };
  const processes = [here, there];
  const heard = processes.map((one) => heardBy(one, calls));
  const underWay = processes.flatMap(({ platform }) =>
    Array.from({ length: OF_EACH }, () => ask(platform, key)),
  );
  await vi.waitFor(() => expect(heard.map((count) => count())).toEqual([OF_EACH, OF_EACH]));
  for (const { platform } of processes) expect(await ask(platform, key)).toEqual({ kind: 'busy' });
  await vi.waitFor(() => expect(waiting).toHaveLength(2 * OF_EACH));
  for (const answer of waiting.splice(0)) answer();
  for (const one of underWay) expect(await one).toMatchObject({ kind: 'answered' });

  await vi.waitFor(() => expect(heard.map((count) => count())).toEqual([0, 0]));
  const again = ask(there.platform, key);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  waiting.pop()!();
  expect(await again).toMatchObject({ kind: 'answered' });
});

it('forgets a call whose process died, and no call of another', () => {
  let now = 0;
  let hear = (_name: string, _much: number) => {};
  let mayTell = true;
  const told: [string, number][] = [];
  const counts = {
    announceCounted({ name, much }: { name: string; much: number }) {
      if (mayTell) told.push([name, much]);
      return mayTell;
    },
    onCounted(_limit: string, count: typeof hear) {
      hear = count;
    },
  };
  const elsewhere = openUnderWayElsewhere(counts, 'calls', () => now);
  hear('1/1', 2);
  now += 10_000;
  hear('1/1', 1);
  hear('1/2', -1);
  expect([elsewhere.count('1/1'), elsewhere.count('1/2'), elsewhere.count('1/3')]).toEqual([3, 0, 0]);
  hear('1/1', -1);
  expect(elsewhere.count('1/1')).toBe(2);
  now += 10_000;
  expect(elsewhere.count('1/1'), 'only what was told later').toBe(1);

  const end = elsewhere.begin('1/1');
  end();
  mayTell = false;
  const untold = elsewhere.begin('1/1');
  mayTell = true;
  untold();
  expect(told).toEqual([
    ['1/1', 1],
    ['1/1', -1],
  ]);
});
