import { eq, type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPool, type Pool } from '../../src/database/connect.ts';
import { fixed, prepared, preparedWith } from '../../src/database/prepared.ts';
import { targetTypes } from '../../src/database/tables/target-types.ts';
import { tenants } from '../../src/database/tables/tenants.ts';
import { timeOf } from '../../src/database/times.ts';
import { testConnection } from '../support/database.ts';

let pool: Pool;
beforeAll(() => {
  pool = openPool(testConnection(), { connections: 2, prepare: true, name: 'muster built test' });
});
afterAll(() => pool.close());

const key = `built-${process.pid}`;
const create = prepared((database) =>
  database
    .insert(tenants)
    .values({
      name: sql.placeholder('name'),
      nameKey: sql.placeholder('name'),
      createdAt: sql.placeholder('createdAt'),
      createdBy: 'a test',
    })
    .returning({ tenantId: tenants.tenantId, createdAt: tenants.createdAt })
    .prepare('create'),
);
const find = prepared((database) =>
  database
    .select({ tenant: { id: tenants.tenantId }, type: { id: targetTypes.id, name: targetTypes.name } })
    .from(tenants)
    .leftJoin(targetTypes, eq(targetTypes.tenantId, tenants.tenantId))
    .where(eq(tenants.nameKey, sql.placeholder('name')))
    .prepare('find'),
);

const findInside = prepared((database) =>
  database
    .select({ tenant: { id: tenants.tenantId, createdAt: tenants.createdAt }, name: tenants.name })
    .from(tenants)
    .where(eq(tenants.nameKey, sql.placeholder('name')))
    .prepare('inside'),
);

it('runs a built statement in the transaction at hand, and reads rows as Drizzle does', async () => {
  const { database } = pool;
  const createdAt = new Date('2026-05-06T07:08:09.010Z');
  const seen = await database
    .transaction(async (tx) => {
      const [made] = await create(tx).execute({ name: key, createdAt });
      const [byDrizzle] = await tx
        .select({ tenantId: tenants.tenantId, createdAt: tenants.createdAt })
        .from(tenants)
        .where(eq(tenants.nameKey, key));
      expect(made).toEqual(byDrizzle);
      expect(made!.createdAt).toEqual(createdAt);
      expect(await find(tx).execute({ name: key })).toEqual([{ tenant: { id: made!.tenantId }, type: null }]);
      expect(await findInside(tx).execute({ name: key })).toEqual([
        { tenant: { id: made!.tenantId, createdAt }, name: key },
      ]);
      expect(await find(database).execute({ name: key })).toEqual([]);
      throw new Error('undone');
    })
    .catch((error: Error) => error.message);
  expect(seen).toBe('undone');
  expect(await find(database).execute({ name: key })).toEqual([]);
});

it('refuses to run without a value for a placeholder', async () => {
  await expect(find(pool.database).execute({})).rejects.toThrow('name');
});

it('builds a statement once for all parts with the same text', async () => {
  let builds = 0;
  const numbers = preparedWith((database, { chosen }: { chosen: SQL }) => {
    builds++;
    const rows = sql`generate_series(1, 9) AS rows(n)`;
    return database.select({ n: sql<number>`n` }).from(rows).where(chosen).limit(sql.placeholder('limit'));
  });
  const above = (n: number) => sql`n > ${n}`;
  const below = fixed(sql`n < ${sql.placeholder('most')}`);
  const ask = async (chosen: SQL, values: object) =>
    (await numbers(pool.database, { chosen }, { limit: 2, ...values })).map(({ n }) => n);
  expect(await ask(above(3), {})).toEqual([4, 5]);
  expect(await ask(above(7), {})).toEqual([8, 9]);
  expect(builds).toBe(1);
  expect(await ask(below, { most: 3 })).toEqual([1, 2]);
  expect(await ask(below, { most: 2 })).toEqual([1]);
  expect(builds).toBe(2);
});

it('reads every time that PostgreSQL writes', async () => {
  const rows = await pool.client`
    SELECT t::timestamptz(3)::text AS text, (extract(epoch FROM t) * 1000)::bigint::text AS milliseconds
    FROM (SELECT '2024-02-29 23:59:58+00'::timestamptz + n * interval '1 ms' FROM generate_series(0, 1999) AS n
      UNION ALL SELECT unnest('{0001-01-01 00:00:00+00, 0099-05-06 07:08:09.1+00, 1969-12-31 23:59:59.999+00,
        9999-12-31 23:59:59.99+00}'::timestamptz[])) AS times(t)`;
  expect(rows).toHaveLength(2004);
  for (const { text, milliseconds } of rows)
    expect([text, timeOf(text).getTime()]).toEqual([text, Number(milliseconds)]);
  expect(timeOf('2026-07-01 12:00:00.5+05:30')).toEqual(new Date('2026-07-01T06:30:00.500Z'));
});
