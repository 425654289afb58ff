import { expect, it } from 'vitest';
import { idleConnectionFinder } from '../../src/listening/idle-connections.ts';
import type { TrackedConnection } from '../../src/listening/timeouts.ts';

const AGO_MS = 10_000;
const tracked = (name: string, isAnswered?: boolean) => {
  const at = performance.now() - AGO_MS;
  const response =
    isAnswered === undefined ? undefined : { writableFinished: isAnswered, req: { complete: true } };
  return {
    name,
    socket: { destroyed: false },
    openedAt: at,
    usedAt: at,
    response,
  } as unknown as TrackedConnection;
};

it('gives one after another also where few are idle and others say nothing', () => {
  const connections = [
    tracked('silent 1'),
    tracked('busy', false),
    tracked('idle', true),
    tracked('silent 2'),
  ];
  const find = idleConnectionFinder(() => connections);
  expect([find(), find(), find(), find()].map((found) => found?.name)).toEqual([
    'idle',
    'silent 1',
    'silent 2',
    undefined,
  ]);
});
