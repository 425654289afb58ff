import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../../src/database/connection.ts';
import { migrate, migrations } from '../../../src/database/migrate.ts';
import { beginLives, lostOf } from '../../faults/lives.ts';
import { buildServer, bundledCommand } from '../../support/build.ts';
import { IS_CITUS, onDatabase, spreadOver } from '../../support/citus.ts';
import { createDatabase, createUnspreadDatabase, type OwnDatabase } from '../../support/database.ts';
import { everythingOf } from '../../support/everything.ts';
import { newFolder } from '../../support/folder.ts';
import { clientOf, createServedTenant, startTestServer } from '../../support/server.ts';

/* Of `npm run test:citus`: how what was on one PostgreSQL comes to the nodes, as docs/scale.md says. */

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

let plain: OwnDatabase;
/** All that it had at last, before it was moved. */
let before: Awaited<ReturnType<typeof everythingOf>>;
let lives: Awaited<ReturnType<typeof live>>;
const [artifacts, backup] = [newFolder(), newFolder()];
const made: OwnDatabase[] = [];

beforeAll(async () => {
  if (!IS_CITUS) return;
  [plain] = await Promise.all([createUnspreadDatabase(), buildServer()]);
  made.push(plain);
  lives = await live(plain);
  before = await comparable(plain.connection);
  expect(await muster(plain, 'backup', backup)).toMatch(/rows/);
});
afterAll(async () => {
  for (const { drop } of made) await drop();
});

/** Runs a command, and answers what it said. */
async function muster({ url }: OwnDatabase, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    DATABASE_URL: url,
    MUSTER_ARTIFACTS: artifacts,
    MUSTER_CONFIG_FILE: '/dev/null',
  };
  const { stdout } = await promisify(execFile)(process.execPath, [bundledCommand(), ...args], { env });
  return stdout;
}

const serve = ({ connection }: OwnDatabase) => startTestServer({ MUSTER_ARTIFACTS: artifacts }, connection);

/** Devices of several tenants live there for a while. */
async function live(database: OwnDatabase) {
  const server = await serve(database);
  const tenants = [await createServedTenant(server), await createServedTenant(server)];
  const begun = await Promise.all(tenants.map((tenant) => beginLives(server, 2, tenant)));
  await Promise.all(begun.map((one) => one.some(40)));
  const kept = await Promise.all(begun.map((one) => one.end()));
  await server.stop();
  return tenants.map((tenant, n) => ({ tenant, kept: kept[n]! }));
}

/**
 * Everything, but that on the nodes the usage is counted when it is asked, and not by shares; that the coordinator has a
 * shard of `tenants` beside it; and that each start draws an id of a tenant.
 */
async function comparable(connection: Connection) {
  const { keys, counters, tenant_usage: usage, ...found } = await everythingOf(connection);
  const sums: Record<string, number> = {};
  for (const row of usage as string[]) {
    const { tenant_id, kind, total } = JSON.parse(row);
    if (total) sums[`${tenant_id} ${kind}`] = (sums[`${tenant_id} ${kind}`] ?? 0) + total;
  }
  return {
    ...found,
    usage: sums,
    keys: (keys as { of: string }[]).filter(({ of }) => !/^tenant_usage$|^tenants_\d+$/.test(of)),
    counters: (counters as { sequencename: string }[]).filter(
      ({ sequencename }) => sequencename !== 'tenants_tenant_id_seq',
    ),
  };
}

/** How many tables of tenants there are on the nodes, and in how many groups whose rows lie together. */
async function spreadOf({ url }: OwnDatabase) {
  const [found] = await onDatabase(
    url,
    (sql) => sql<{ tables: number; groups: number }[]>`
      SELECT count(*)::int AS tables, count(DISTINCT colocation_id)::int AS groups
      FROM citus_tables WHERE citus_table_type = 'distributed'`,
  );
  return found!;
}

/** A server there has what was acknowledged elsewhere, and more devices live there. */
async function expectToGoOn(database: OwnDatabase): Promise<void> {
  const server = await serve(database);
  const sql = postgres(database.url, { max: 1 });
  for (const { tenant, kept } of lives) {
    const there = clientOf(server, tenant.authorization);
    expect(await lostOf(kept, sql, there)).toEqual([]);
    const more = await beginLives(server, 2, tenant);
    await more.some(20);
    const lived = await more.end();
    expect(lived).toMatchObject({ unexpected: [], disturbed: 0 });
    expect(await lostOf(lived, sql, there)).toEqual([]);
  }
  await sql.end();
  await server.stop();
}

describe.runIf(IS_CITUS)('on Citus', () => {
  it('a plain database with its rows is distributed by `muster migrate`, once', async () => {
    await spreadOver(process.env['DATABASE_URL']!, new URL(plain.url).pathname.slice(1));
    await muster(plain, 'migrate');
    const spread = await spreadOf(plain);
    expect(spread.groups).toBe(1);
    expect(await comparable(plain.connection)).toEqual(before);
    await muster(plain, 'migrate');
    expect(await spreadOf(plain)).toEqual(spread);
    await expect(muster(plain, 'backup', newFolder())).rejects.toThrow(/several nodes of Citus/);
    await expectToGoOn(plain);
  });

  it('a backup of a plain database is restored into a new one of the nodes', async () => {
    const restored = await createDatabase();
    made.push(restored);
    await muster(restored, 'restore', backup);
    expect((await spreadOf(restored)).groups).toBe(1);
    expect(await comparable(restored.connection)).toEqual(before);
    await expect(muster(restored, 'restore', backup)).rejects.toThrow(/on several nodes of Citus already/);
    await expectToGoOn(restored);
  });

  it('tables of a later migration join the others', async () => {
    const [whole, grown] = [await createDatabase(), await createDatabase()];
    made.push(whole, grown);
    await migrate(whole.connection, async () => {});

    const all = migrations().flatMap(({ sql }) => sql);
    const last = migrations().at(-1)!;
    const isLater = (statement: string) => /"(webhooks|webhook_deliveries)"/.test(statement);
    const older = {
      ...last,
      folderMillis: last.folderMillis - 1,
      sql: all.filter((statement) => !isLater(statement)),
    };
    await migrate(grown.connection, async () => {}, [older]);
    expect((await spreadOf(grown)).tables).toBe((await spreadOf(whole)).tables - 2);
    await migrate(grown.connection, async () => {}, [older, { ...last, sql: all.filter(isLater) }]);
    expect(await spreadOf(grown)).toEqual(await spreadOf(whole));
    expect(await comparable(grown.connection)).toEqual(await comparable(whole.connection));
    expect(await usageOf(grown)).toEqual(await usageOf(whole));
  });
});

/** How what a tenant uses is counted there. */
const usageOf = ({ url }: OwnDatabase) =>
  onDatabase(url, async (sql) => {
    const [view] = await sql`SELECT pg_get_viewdef('tenant_usage'::regclass) AS text`;
    return view!['text'];
  });
