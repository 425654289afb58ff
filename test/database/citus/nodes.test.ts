import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../../e2e/lifecycle/support.ts';
import { type Acknowledged, beginLives, lostOf } from '../../faults/lives.ts';
import { buildServer } from '../../support/build.ts';
import {
  type Address,
  dropCitusDatabase,
  FURTHER_NODE,
  forNode,
  IS_CITUS,
  manualOf,
  nodesOf,
  onDatabase,
  prepareNode,
  urlOn,
} from '../../support/citus.ts';
import { createAdministeredDatabase, type OwnDatabase } from '../../support/database.ts';
import { createServedTenant, type ServedTenant } from '../../support/server.ts';

/* Of `npm run test:citus`: what docs/scale.md says of more nodes, while two servers are at work. */

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

let database: OwnDatabase;
let name: string;
let servers: Served[];
let sql: Sql;
beforeAll(async () => {
  if (!IS_CITUS) return;
  [database] = await Promise.all([createAdministeredDatabase(), buildServer()]);
  name = new URL(database.url).pathname.slice(1);
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  const environment = {
    DATABASE_URL: database.url,
    MUSTER_ARTIFACTS: makeFolder(),
    NODE_ENV: 'production',
  };
  servers = await Promise.all([1, 2].map(() => start(makeFolder(), environment)));
});
afterAll(async () => {
  if (!IS_CITUS) return;
  const ended = await Promise.allSettled((servers ?? []).map((server) => stop(server)));
  await sql?.end();
  await cleanUp();
  await dropCitusDatabase(process.env['DATABASE_URL']!, name, FURTHER_NODE ? [FURTHER_NODE] : []);
  expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
  for (const server of servers ?? []) expect(server.stdout()).not.toMatch(/"level":50|ERROR/);
});

interface Placed {
  tenant: ServedTenant;
  id: number;
  shard: string;
}

async function placedTenant(): Promise<Placed> {
  const tenant = await createServedTenant(servers[0]!);
  const [row] = await sql`SELECT tenant_id::int AS id FROM tenants WHERE name = ${tenant.name}`;
  return { tenant, id: row!['id'], shard: await shardOf(row!['id']) };
}

async function shardOf(id: number): Promise<string> {
  const [row] =
    await sql`SELECT get_shard_id_for_distribution_column('targets', ${id}::bigint)::text AS shard`;
  return row!['shard'];
}

/** One whose shard is as wanted; each has the same chance to come into each. */
async function tenantWhere(isWanted: (placed: Placed) => boolean | Promise<boolean>): Promise<Placed> {
  for (let tries = 0; tries < 300; tries++) {
    const placed = await placedTenant();
    if (await isWanted(placed)) return placed;
  }
  throw new Error('no tenant came into such a shard');
}

/** Does work while devices of tenants live at both servers, of which nothing may be lost; a few are told to come again. */
async function whileLiving(
  placed: readonly Placed[],
  work: (goOn: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const lives = await Promise.all(
    placed.flatMap(({ tenant }) =>
      servers.map(async (server) => ({ tenant, ...(await beginLives(server, 2, tenant)) })),
    ),
  );
  const goOn = () => Promise.all(lives.map((one) => one.some(20)));
  const kept: { tenant: ServedTenant; its: Acknowledged }[] = [];
  try {
    await goOn();
    await work(goOn);
    await goOn();
  } finally {
    for (const { tenant, end } of lives) kept.push({ tenant, its: await end() });
  }
  for (const { tenant, its } of kept) {
    expect(its.unexpected).toEqual([]);
    expect(await lostOf(its, sql, tenant.admin)).toEqual([]);
  }
}

const addressOf = async (id: number): Promise<Address> => {
  const [row] = await sql<Address[]>`
    SELECT nodename AS host, nodeport AS port FROM citus_shards
    WHERE shardid = get_shard_id_for_distribution_column('targets', ${id}::bigint)`;
  return row!;
};

/** How many rows a tenant has in each table: as the coordinator counts them, and as the shards of a node have them. */
async function rowsOf({ id }: Placed, node: Address) {
  const tables = await sql`
    SELECT table_name::text AS table, get_shard_id_for_distribution_column(table_name, ${id}::bigint)::text AS shard
    FROM citus_tables WHERE citus_table_type = 'distributed' ORDER BY 1`;
  const counted = async (at: Sql, nameOf: (row: postgres.Row) => string) => {
    const counts = tables.map(
      (row) =>
        `SELECT '${row['table']}' AS of, count(*)::int AS rows FROM "${nameOf(row)}" WHERE tenant_id = ${id}`,
    );
    return [...(await at.unsafe(`${counts.join(' UNION ALL ')} ORDER BY 1`))];
  };
  const all = await counted(sql, ({ table }) => table);
  const there = await onDatabase(urlOn(node, database.url, name), (at) =>
    counted(at, ({ table, shard }) => `${table}_${shard}`),
  );
  return { all, there };
}

async function expectAllAt(placed: Placed, node: Address): Promise<void> {
  expect(await addressOf(placed.id)).toEqual(node);
  // Times of polls are written in a moment.
  await expect
    .poll(async () => {
      const { all, there } = await rowsOf(placed, node);
      expect(there).toContainEqual({ of: 'action_entries', rows: expect.toSatisfy((rows) => rows > 0) });
      return there.filter((row, n) => row['rows'] !== all[n]?.['rows']);
    })
    .toEqual([]);
}

describe.runIf(IS_CITUS)('on Citus', () => {
  it.runIf(FURTHER_NODE)('a worker is added, and takes its share of the tenants', async () => {
    const node = FURTHER_NODE!;
    await prepareNode(process.env['DATABASE_URL']!, name, node);
    // Of a few shards each has one.
    const placed: Placed[] = [];
    const [shards] =
      await sql`SELECT count(*)::int FROM pg_dist_shard WHERE logicalrelid = 'targets'::regclass`;
    while (placed.length < Math.min(4, shards!['count']))
      placed.push(await tenantWhere(({ shard }) => placed.every((other) => other.shard !== shard)));

    const [add, rebalance] = manualOf('Adding a worker') as [string, string];
    await sql.unsafe(forNode(add, node));
    await whileLiving(placed, async (goOn) => {
      await sql.unsafe(rebalance);
      await goOn();
      await until(async () => {
        const [row] = await sql.unsafe('SELECT * FROM citus_rebalance_status()');
        const state = row?.['state'];
        if (!/^(scheduled|running|finished)$/.test(state)) throw new Error(`rebalancing is ${state}`);
        return state === 'finished';
      }, 600_000);
    });
    for (const one of placed) await expectAllAt(one, await addressOf(one.id));
    // Whoever comes to its shards is served there.
    const fresh = await tenantWhere(async ({ id }) => (await addressOf(id)).port === node.port);
    await whileLiving([fresh], async () => {});
    await expectAllAt(fresh, node);
  });

  it('a tenant gets a shard of its own, on another node', async () => {
    const large = await placedTenant();
    const beside = await tenantWhere(({ shard }) => shard === large.shard);
    const before = await addressOf(large.id);
    const workers = (await nodesOf(database.url)).filter(({ groupid }) => groupid !== 0);
    const { host, port } = workers.find(
      (worker) => worker.port !== before.port || worker.host !== before.host,
    )!;
    const [isolate, move] = manualOf('A node for one tenant') as [string, string];
    expect([isolate, move]).toEqual([expect.stringContaining('42'), expect.stringContaining('42')]);

    await whileLiving([large, beside], async (goOn) => {
      await sql.unsafe(isolate.replace('42', String(large.id)));
      await goOn();
      const moving = sql.unsafe(forNode(move, { host, port }).replace('42', String(large.id)));
      await Promise.all([moving, goOn()]);
    });
    await expectAllAt(large, { host, port });
    await expectAllAt(beside, before);
    const [range] = await sql`
      SELECT shardminvalue = shardmaxvalue AS alone FROM pg_dist_shard WHERE shardid = ${await shardOf(large.id)}::bigint`;
    expect(range!['alone']).toBe(true);
  });
});
