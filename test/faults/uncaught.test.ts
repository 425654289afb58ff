import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeUncaughtError } from '../../src/uncaught-error.ts';
import { cleanUp, makeFolder, start, stop, until, workersOf } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { createMigratedDatabase, type OwnDatabase } from '../support/database.ts';

/* Errors that nobody caught: a server with such faults in it, which a signal brings about. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const FAULTS = `
  process.on('SIGUSR2', () => { throw new TypeError('thrown'); });
  process.on('SIGHUP', () => void Promise.reject(new RangeError('rejected\\nsecret')));
`;

let database: OwnDatabase;
let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  [database] = await Promise.all([createMigratedDatabase(), buildServer()]);
  folder = makeFolder();
  const faults = join(folder, 'faults.mjs');
  await writeFile(faults, FAULTS);
  environment = { DATABASE_URL: database.url, NODE_ENV: 'production', NODE_OPTIONS: `--import=${faults}` };
});
afterAll(async () => {
  await cleanUp();
  await database?.drop();
});

test.each([
  ['SIGUSR2', /TypeError \(thrown\) at /],
  ['SIGHUP', /RangeError \(rejected\) at /],
] as const)(
  'an error that %s brings about ends the process in order, with one line and code 1',
  async (signal, line) => {
    const server = await start(folder, environment);
    server.kill(signal);
    expect(await server.ended).toBe(1);
    const fatal = server
      .stdout()
      .split('\n')
      .filter((text) => text.includes('"level":"fatal"'));
    expect(fatal).toHaveLength(1);
    expect(JSON.parse(fatal[0]!).msg).toMatch(line);
    expect(server.stdout() + server.stderr()).not.toContain('secret');
  },
);

test('of a worker it ends the worker, in whose place another is started', async () => {
  const server = await start(folder, { ...environment, MUSTER_WORKERS: '2' });
  const [first, second] = await workersOf(server.pid);
  process.kill(first!, 'SIGUSR2');
  await until(async () => {
    const workers = await workersOf(server.pid);
    return workers.length === 2 && workers.includes(second!) && !workers.includes(first!);
  });
  expect(server.stdout()).toContain('a worker ended with code 1');
  expect((await server.device('/health/live')).status).toBe(200);
  await stop(server);
});

test('what such an error may quote is not told', () => {
  let parsing: unknown;
  try {
    JSON.parse('hush');
  } catch (error) {
    parsing = error;
  }
  expect(describeUncaughtError(parsing)).toMatch(/^SyntaxError at /);
  expect(describeUncaughtError('hush')).toBe('something that is no error was thrown');
});
