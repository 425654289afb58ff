import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPool, type Pool } from '../../src/database/connect.ts';
import { isUnavailable } from '../../src/database/unavailable.ts';
import { testConnection } from '../support/database.ts';

let pool: Pool;
/** Its connections are cut, and may notice it late. */
let cutting: Pool;
let other: Pool;
beforeAll(async () => {
  pool = openPool(testConnection(), {
    connections: 3,
    prepare: true,
    pipelines: true,
    name: 'muster pool test',
  });
  cutting = openPool(testConnection(), {
    connections: 3,
    prepare: true,
    pipelines: true,
    name: 'muster pool test',
  });
  other = openPool(testConnection(), { connections: 1, prepare: false });
  await other.client`CREATE TABLE IF NOT EXISTS pool_test (word text)`;
});
afterAll(async () => {
  await pool.close();
  await cutting.close();
  await other.client`DROP TABLE pool_test`;
  await other.close();
});

const words = async () => (await other.client`SELECT word FROM pool_test`).map(({ word }) => word);
const pidOf = async (sql: Pick<Pool['client'], 'unsafe'>): Promise<number> =>
  (await sql.unsafe('SELECT pg_backend_pid() AS pid'))[0].pid;
const cut = async (pid: number) => void (await other.client`SELECT pg_terminate_backend(${pid})`);
const failure = (work: PromiseLike<unknown>) =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );

it('lets nothing of a transaction whose connection was cut be done on another', async () => {
  const later: unknown[] = [];
  let work: Promise<void> | undefined;
  const whole = cutting.client.begin((tx) => {
    work = (async () => {
      const pid = await pidOf(tx);
      await tx.unsafe('INSERT INTO pool_test VALUES ($1)', ['lost']);
      await cut(pid);
      for (let n = 0; n < 3; n++) {
        // Another is opened meanwhile.
        await Promise.all(Array.from({ length: 5 }, () => pidOf(cutting.client).catch(() => 0)));
        later.push(await failure(tx.unsafe('INSERT INTO pool_test VALUES ($1)', ['late'])));
      }
    })();
    return work;
  });
  expect(isUnavailable(await failure(whole))).toBe(true);
  await work;
  expect(later.map(isUnavailable)).toEqual([true, true, true]);
  expect(await words()).toEqual([]);
});

it('lets nothing wait for ever that is asked while its connection ends', async () => {
  const asked: Promise<unknown>[] = [];
  for (let round = 0; round < 20; round++) {
    const pid = await pidOf(cutting.client).catch(() => 0);
    let isCut = false;
    const ending = cut(pid).finally(() => {
      isCut = true;
    });
    while (!isCut) {
      asked.push(failure(cutting.client`SELECT ${'x'.repeat(2_000)}`));
      await new Promise(setImmediate);
    }
    await ending;
  }
  const failures = (await Promise.all(asked)).filter((error) => error !== undefined);
  expect(failures.filter((error) => !isUnavailable(error))).toEqual([]);
});

it.each([
  ['disk_full', true],
  ['out_of_memory', true],
  ['configuration_limit_exceeded', true],
  ['query_canceled', true],
  ['io_error', true],
  ['data_corrupted', false],
  ['division_by_zero', false],
])('takes %s for a database that is unavailable: %s, and tells it once', async (condition, unavailable) => {
  const told: string[] = [];
  const one = openPool(testConnection(), {
    connections: 1,
    prepare: false,
    tell: (line) => void told.push(line),
  });
  const refused = `DO $$ BEGIN RAISE ${condition} USING MESSAGE = 'no such luck'; END $$`;
  for (const work of [one.client.unsafe(refused), one.client.begin(async (tx) => tx.unsafe(refused))])
    expect(isUnavailable(await failure(work))).toBe(unavailable);
  expect(told).toEqual(
    unavailable ? [expect.stringMatching(/^the database could not [^\n]*: no such luck$/)] : [],
  );
  expect(await pidOf(one.client)).toBeGreaterThan(0);
  await one.close();
});

it.each(['could not find valid entry for shard 102013', 'shard for the given value does not exist'])(
  'takes a database whose shards move for one that is unavailable: %s',
  async (message) => {
    const refused = pool.client.unsafe(`DO $$ BEGIN RAISE '${message}'; END $$`);
    expect(isUnavailable(await failure(refused))).toBe(true);
  },
);

it('does not say of what was undone that it is there', async () => {
  const whole = pool.client.begin(async (tx) => {
    await tx.unsafe('INSERT INTO pool_test VALUES ($1)', ['undone']);
    await failure(tx.unsafe('SELECT 1 / $1::int', [0]));
  });
  expect(await failure(whole)).toMatchObject({ code: '22012' });
  expect(await words()).toEqual([]);
});

it('goes on after what a savepoint undid', async () => {
  await pool.client.begin(async (tx) => {
    await tx.unsafe('INSERT INTO pool_test VALUES ($1)', ['kept']);
    await failure(
      tx.savepoint(async (inner) => {
        await inner.unsafe('INSERT INTO pool_test VALUES ($1)', ['undone']);
        await inner.unsafe('SELECT 1 / $1::int', [0]);
      }),
    );
  });
  expect(await words()).toEqual(['kept']);
  await pool.client`DELETE FROM pool_test`;
});

it('refuses a statement that comes after the end of its transaction', async () => {
  let leaked: Pick<Pool['client'], 'unsafe'> | undefined;
  await pool.client.begin(async (tx) => {
    leaked = tx;
  });
  expect(await failure(leaked!.unsafe('INSERT INTO pool_test VALUES ($1)', ['leaked']))).toBeInstanceOf(
    Error,
  );
  expect(await words()).toEqual([]);
});

it('lets transactions read beside themselves, however many there are', async () => {
  const read = (n: number) =>
    pool.client.begin(async (tx) => {
      await pidOf(tx);
      const [row] = await pool.client<{ n: number }[]>`SELECT ${n}::int AS n`;
      return row!.n;
    });
  expect(await Promise.all(Array.from({ length: 20 }, (_, n) => read(n)))).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
});

it('says of a COPY that the server refused at its end what is wrong', async () => {
  const whole = pool.client.begin((tx) =>
    tx.copy('COPY pool_test (word) FROM STDIN', [Buffer.from('a\tb\n')]),
  );
  expect(await failure(whole)).toMatchObject({ code: '22P04' });
});

it('reads arrays with whatever their items are', async () => {
  const texts = ['', 'a"b', 'c\\d', 'e,f', '{g}', 'NULL', 'h\ni', 'ä'];
  const [row] = await pool.client`
    SELECT ${texts}::text[] AS texts, '{1,NULL,-3}'::int[] AS numbers, '{t,f}'::boolean[] AS booleans,
      '{}'::text[] AS none, '{9007199254740993}'::bigint[] AS large`;
  expect(row).toEqual({
    texts,
    numbers: [1, null, -3],
    booleans: [true, false],
    none: [],
    large: ['9007199254740993'],
  });
});
