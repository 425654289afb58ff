import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, vi } from 'vitest';
import { openNotifyChannel } from '../../src/database/channel.ts';
import { openPool } from '../../src/database/connect.ts';
import { testConnection } from '../support/database.ts';

const pool = openPool(testConnection(), { connections: 1, prepare: false });
afterAll(() => pool.close());

const say = (message: string) => pool.client`SELECT pg_notify('muster', ${message})`;
const beatOf = (id: string) => say(`heartbeat:${id}`);

async function open() {
  const onGap = vi.fn();
  const channel = await openNotifyChannel(testConnection(), { onMessage: () => {}, onGap });
  expect(onGap).toHaveBeenCalledTimes(1);
  return { channel, onGap };
}

it('takes a process that falls silent without a goodbye for one that may have said something', async () => {
  const { channel, onGap } = await open();
  await beatOf(randomUUID());
  await vi.waitFor(() => expect(onGap).toHaveBeenCalledTimes(2), { timeout: 20_000, interval: 50 });
  expect(channel.listening()).toBe(true);
  await channel.close();
});

it('takes nothing amiss of one that says goodbye, or goes on', async () => {
  const { channel, onGap } = await open();
  // It has beaten when it opens, and says goodbye when it closes.
  const other = await open();
  await other.channel.close();
  const alive = randomUUID();
  for (let beats = 0; beats < 9; beats++) {
    await beatOf(alive);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(onGap).toHaveBeenCalledTimes(1);
  await channel.close();
});
