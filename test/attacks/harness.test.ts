import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, makeFolder, run, until } from '../e2e/lifecycle/support.ts';
import { watch } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* The harness itself: it must see what it is there for. */

afterAll(cleanUp);

async function startFaulty() {
  const server = run(makeFolder(), {}, join(import.meta.dirname, 'support', 'faulty-server.mjs'));
  const url = await until(() => /^http\S+/.exec(server.stdout())?.[0]);
  return watch({ ...server, url });
}
const faulty = await startFaulty();

it('gives back what the attack did where nobody had to wait', async () => {
  const answer = await expectNoStall(faulty, (send) => send('/stall/20'));
  expect(answer.status).toBe(200);
});

it('fails where another waits for too long', async () => {
  const stall = expectNoStall(faulty, (send) => send('/stall/1000'));
  await expect(stall).rejects.toThrow(/(others waited [1-9]\d{2,} ms .*\n?){3}/);
});

it('takes a longer wait where one is allowed', async () => {
  await expectNoStall(faulty, (send) => send('/stall/400'), { bound: 500 });
});

it.runIf(existsSync('/proc/self/status'))('fails where the process grows too far', async () => {
  const growth = expectNoStall(faulty, (send) => send('/grow/100'), { bound: 5_000, memory: 50 });
  await expect(growth).rejects.toThrow(/memory grew by (9|1[01])\d+ MiB/);
});

it('fails where the process ends', async () => {
  const mortal = await startFaulty();
  await expect(expectNoStall(mortal, (send) => send('/die'))).rejects.toThrow('the server ended with 3');
});
