// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the filter language writes its placeholders so.
import { type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { lowered } from '../../src/database/tables/columns.ts';
import { compileFilter } from '../../src/filters/compile.ts';
import type { Expression, Operator } from '../../src/filters/expression.ts';
import { parseFilter } from '../../src/filters/parse.ts';
import { testConnection } from '../support/database.ts';
import { type Device, matches } from './evaluate.ts';
import { comparisons, expressions, FIELDS, MOMENTS, TEXT_OPERATORS } from './support.ts';

const connection = testConnection();
// Temporary tables belong to one connection.
const options = { max: 1, onnotice: () => {} };
const client =
  typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
const database = drizzle(client);

beforeAll(async () => {
  await client.unsafe(`
    SET jit = off;
    CREATE TEMP TABLE device (id int PRIMARY KEY, name text COLLATE "C", seen_at timestamptz(3),
      number bigint, active boolean, status text);
    CREATE TEMP TABLE tag (device int, name text COLLATE "C");
    CREATE TEMP TABLE rank (device int, number bigint);
    CREATE TEMP TABLE attribute (device int, key text COLLATE "C", value text COLLATE "C");
  `);
  const name = sql`name`;
  await database.execute(sql`CREATE INDEX device_name_idx ON device (${lowered(name)})`);
});

afterAll(() => client.end());

async function store(devices: Device[]): Promise<void> {
  const rows = JSON.stringify(
    devices.map((device) => ({
      ...device,
      seen_at: device.seenAt === null ? null : new Date(device.seenAt).toISOString(),
    })),
  );
  await client.unsafe('TRUNCATE device, tag, rank, attribute');
  await database.execute(sql`
    WITH row AS (
      SELECT * FROM json_to_recordset(${rows}::json)
        AS row (id int, name text, seen_at timestamptz, number bigint, active boolean, status text, tags json, ranks json,
          attributes json)
    ), stored AS (
      INSERT INTO device SELECT id, name, seen_at, number, active, status FROM row
    ), tagged AS (
      INSERT INTO tag SELECT id, json_array_elements_text(tags) FROM row
    ), ranked AS (
      INSERT INTO rank SELECT id, json_array_elements_text(ranks)::bigint FROM row
    )
    INSERT INTO attribute SELECT row.id, entry.key, entry.value
      FROM row, json_to_recordset(attributes) AS entry (key text, value text)`);
}

async function select(expression: Expression): Promise<number[]> {
  const condition = compileFilter(expression, FIELDS, MOMENTS);
  const rows = await database.execute<{ id: number }>(
    sql`SELECT id FROM device WHERE ${condition} ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

const found = (text: string) => select(parseFilter(text));

const blank: Omit<Device, 'id'> = {
  name: null,
  seenAt: null,
  number: null,
  active: null,
  status: null,
  tags: [],
  ranks: [],
  attributes: [],
};
const attributes = (entries: Record<string, string>) =>
  Object.entries(entries).map(([key, value]) => ({ key, value }));

describe('meaning', () => {
  beforeEach(() =>
    store([
      {
        ...blank,
        id: 1,
        name: 'Gerät Ä',
        seenAt: 1000,
        number: '1',
        active: true,
        status: 'unknown',
        tags: ['Red', 'blue'],
        ranks: ['1', '9223372036854775807'],
        attributes: attributes({ hw: 'v2.Rev', 'a.b': 'x' }),
      },
      {
        ...blank,
        id: 2,
        name: '',
        seenAt: 1001,
        number: '9223372036854775807',
        active: false,
        status: 'error',
        tags: ['red'],
        attributes: attributes({ HW: 'v3', empty: '' }),
      },
      { ...blank, id: 3 },
      { ...blank, id: 4, name: '100%', seenAt: 3000, status: 'in_sync', tags: ['a_b*'] },
      { ...blank, id: 5, name: '1000' },
      { ...blank, id: 6, name: 'a_b*\\' },
      { ...blank, id: 7, name: 'axbc\\' },
      { ...blank, id: 8, name: 'null' },
    ]),
  );

  test.each([
    ['name=="gerät ä"', [1]],
    ['name=="GERÄT*"', [1]],
    ['name==ger', []],
    ["name==''", [2, 3]],
    ["name!=''", [1, 4, 5, 6, 7, 8]],
    ['name!=100%', [1, 2, 3, 5, 6, 7, 8]],
    ['name!=1*', [1, 2, 3, 6, 7, 8]],
    ['name==*', [1, 2, 4, 5, 6, 7, 8]],
    ['name==100%', [4]],
    ['name==*%*', [4]],
    ['name==a_*', [6]],
    ['name=="a_b\\\\*\\\\"', [6]],
    ['name==*\\', [6, 7]],
    ['name=in=(1*,NULL)', [8]],
    ["name=in=('',1000)", [2, 3, 5]],
    ["name=out=('',1000)", [1, 4, 6, 7, 8]],
    ['name=out=(1000,"100%")', [1, 2, 3, 6, 7, 8]],
    ['name=is=null', [3]],
    ['name=not=null', [1, 2, 4, 5, 6, 7, 8]],
    ['name==null', [8]],
    ['name=lt=H', [1, 2, 4, 5, 6, 7]],
    ['name=ge=G', [1, 8]],
    ['name=li=_000', [5]],
    ['name=li=%00_', [4, 5]],
    ['name=li="%\\%"', [4]],
    ['name=li=A%*\\\\', [6]],

    ['seenat==1000', [1]],
    ['seenat!=1000', [2, 3, 4, 5, 6, 7, 8]],
    ['seenat>1000', [2, 4]],
    ['seenat<=1001', [1, 2]],
    ['seenat=in=(1000,1970-01-01T00:00:03Z)', [1, 4]],
    ['seenat=le=${now_ts}', [1, 2]],
    ['seenat=gt=${overdue_ts}', [2, 4]],
    ['seenat=is=null', [3, 5, 6, 7, 8]],
    ['seenat=lt=9223372036854775807', [1, 2, 4]],

    ['number==9223372036854775807', [2]],
    ['number!=1', [2, 3, 4, 5, 6, 7, 8]],
    ['number=in=(1,2)', [1]],
    ['number>1', [2]],

    ['active==TRUE', [1]],
    ['active!=true', [2, 3, 4, 5, 6, 7, 8]],
    ['active==false', [2]],
    ['active!=false', [1, 3, 4, 5, 6, 7, 8]],
    ['active=in=true', [1]],
    ['active=in=(true,false)', [1, 2]],
    ['active=out=(true,false)', [3, 4, 5, 6, 7, 8]],
    ['active=not=null', [1, 2]],

    ['status==ERROR', [2]],
    ['status!=error', [1, 3, 4, 5, 6, 7, 8]],
    ['status=in=(unknown,in_sync)', [1, 4]],
    ['status=out=(unknown,in_sync)', [2, 3, 5, 6, 7, 8]],

    ['tag==RED', [1, 2]],
    ['tag==red;tag==blue', [1]],
    ['tag!=blue', [2, 3, 4, 5, 6, 7, 8]],
    ['tag==b*', [1]],
    ['tag!=b*', [2, 3, 4, 5, 6, 7, 8]],
    ['tag=in=(blue,a_b*)', [1, 4]],
    ['tag=out=(blue,a_b*)', [2, 3, 5, 6, 7, 8]],
    ["tag==''", [3, 5, 6, 7, 8]],
    ["tag!=''", [1, 2, 4]],
    ['tag=is=null', [3, 5, 6, 7, 8]],
    ['tag=not=null', [1, 2, 4]],
    ['tag<blue', [4]],

    ['rank==1', [1]],
    ['rank=in=(1,2)', [1]],
    ['rank=out=(2,9223372036854775807)', [2, 3, 4, 5, 6, 7, 8]],
    ['rank!=1', [2, 3, 4, 5, 6, 7, 8]],
    ['rank=is=null', [2, 3, 4, 5, 6, 7, 8]],

    ['annotation.hw==V', []],
    ['annotation.hw==v2', []],
    ['annotation.hw==v2.', []],
    ['annotation.hw==v2.REV', [1]],
    ['annotation.hw==V3', [2]],
    ['annotation.hw=in=(v,V3)', [2]],
    ["annotation.empty==''", [1, 2, 3, 4, 5, 6, 7, 8]],

    ['attribute.hw==v2.rev', [1]],
    ['attribute.Hw==v*', [1, 2]],
    ['attribute.hw!=v3', [1]],
    ['attribute.hw=in=(v3,v9)', [2]],
    ['attribute.hw=out=(v3,v9)', [1]],
    ['attribute.a.b==x', [1]],
    ['attribute.hw=gt=v2.z', [2]],
    ['attribute.nosuch==x', []],
    ['attribute.nosuch!=x', []],
    ["attribute.hw==''", [3, 4, 5, 6, 7, 8]],
    ["attribute.empty==''", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["attribute.empty!=''", []],
    ["attribute.hw!=''", [1, 2]],
    ['attribute.hw=is=null', [3, 4, 5, 6, 7, 8]],
    ['attribute.empty=not=null', [2]],

    ['name==1*;number==1,tag==blue', [1]],
    ['name==1*;(number==1,tag==a*)', [4]],
  ])('%s', async (text, ids) => {
    expect(await found(text)).toEqual(ids);
  });

  it('bears what is at the limits', async () => {
    await expect(found(`name==${'*a'.repeat(4000)}`)).resolves.toEqual([]);
    await expect(found(`name=in=(${'x,'.repeat(4000)}x)`)).resolves.toEqual([]);
    await expect(found(`${'(name==a,tag==b);'.repeat(127)}name==c`)).resolves.toEqual([]);
  });
});

describe('indexes', () => {
  const plan = async (condition: SQL) => {
    const rows = await database.execute(sql`EXPLAIN (COSTS OFF) SELECT id FROM device WHERE ${condition}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };

  test.each(['name==Abc', 'name==Abc*', 'name=in=(Abc,d)', 'name=gt=Abc'])('serve %s', async (text) => {
    await client.unsafe('SET enable_seqscan = off');
    expect(await plan(compileFilter(parseFilter(text), FIELDS, MOMENTS))).toMatch(
      /Index Cond: .*lower\(\(?name\)?.*'?abc/s,
    );
  });
});

describe('over random fleets', () => {
  const text = fc.oneof(
    fc.string({
      maxLength: 3,
      unit: fc.constantFrom('a', 'A', 'b', 'ä', 'Ä', '%', '_', '*', '\\', '設', '😀', 'Ａ'),
    }),
    fc.constantFrom('', 'ab', 'AB', 'Äb', 'a%', 'null'),
  );
  const instant = fc.constantFrom(-1, 0, 1000, 1001, 1_700_000_000_000);
  const integer = fc.constantFrom('-9223372036854775808', '-1', '0', '7', '9223372036854775807');
  const status = fc.constantFrom('unknown', 'in_sync', 'error');
  const key = fc.constantFrom('hw', 'HW', 'a.b', 'ä');

  const device = fc.record({
    name: fc.option(text),
    seenAt: fc.option(instant),
    number: fc.option(integer),
    active: fc.option(fc.boolean()),
    status: fc.option(status),
    tags: fc.array(text, { maxLength: 3 }),
    ranks: fc.array(integer, { maxLength: 2 }),
    attributes: fc.uniqueArray(fc.record({ key, value: text }), { selector: (entry) => entry.key }),
  });
  const fleet = fc
    .array(device, { maxLength: 8 })
    .map((devices) => devices.map((each, index): Device => ({ id: index, ...each })));

  const pattern = text.filter((candidate) => /\\*$/.exec(candidate)![0].length % 2 === 0);
  const textField = fc.constantFrom(
    'name',
    'Label',
    'tag',
    'attribute.hw',
    'Attribute.A.b',
    'attribute.Ä',
    'attribute.none',
    'annotation.hw',
  );
  const membership: Operator[] = ['==', '!=', '=is=null', '=not=null', '=in=', '=out='];
  const order: Operator[] = [...membership, '=lt=', '=le=', '=gt=', '=ge='];
  const plain = (name: string, operators: Operator[], value: fc.Arbitrary<string>) =>
    comparisons(fc.constant(name), operators, value).map((comparison) => withoutWildcards(comparison));
  const leaf = fc.oneof(
    { weight: 4, arbitrary: comparisons(textField, TEXT_OPERATORS, pattern) },
    plain('number', order, integer),
    plain('rank', order, integer),
    plain('seenAt', order, instant.map(String)),
    plain('status', membership, status),
    plain('active', membership, fc.boolean().map(String)),
  );

  it('answers as a plain evaluation does', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fleet,
        fc.array(expressions(leaf), { minLength: 10, maxLength: 10 }),
        async (devices, filters) => {
          await store(devices);
          for (const filter of filters) {
            const expected = devices.filter((each) => matches(filter, each)).map(({ id }) => id);
            expect(await select(filter)).toEqual(expected);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

function withoutWildcards(expression: Expression): Expression {
  if (expression.kind !== 'comparison') return expression;
  const values = expression.values.map((value) => ({ ...value, pieces: value.pieces.slice(0, 1) }));
  return { ...expression, values };
}
