/** One tenant as large as told: its size on the disk, pages, filters, times of polls, a rollout, and what partitions would give. */
import { openPollTimes } from '../../dist/services/devices/polling/poll-times.js';
import { createSet } from './deployments.mjs';
import { birdsOf, seedFilterFleet } from './filter-fleet.mjs';
import { askGraphql, makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { processorSecondsOfAll } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { roll } from './rollouts.mjs';
import { FILTERED } from './workloads.mjs';

/** Devices in one go of poll times: so many poll in the second that a go is for. */
const A_GO = 30_000;
const AIM = 30_000;
const PARTITIONS = 16;
const TIMES = 5;

export async function benchHuge({ targets, seconds }) {
  const folder = await makeDataFolder();
  const muster = await startMuster(folder.dataDir);
  const database = await openDatabase(folder.dataDir);
  const { client } = database;
  printTitle(
    `One tenant of ${targets.toLocaleString('en')} targets, each with two tags and three attributes`,
  );
  const began = performance.now();
  await withoutIndexes(client, () => seedFilterFleet(client, targets));
  printAim('  made by SQL', (performance.now() - began) / 1000, 's');
  await printSizes(client, targets);
  await printPages(muster, targets);
  await printPollTimes(database, { targets, seconds });
  await comparePartitions(client, { targets, seconds });
  await printRollout(muster, client, targets);
  await muster.stop();
  await database.stop();
  await folder.stop();
}

const SEEDED = "'targets', 'target_polls', 'target_attributes', 'target_tag_assignments'";

/** Makes the indexes after the rows, and all at once: otherwise millions take hours on a small machine. */
async function withoutIndexes(client, work) {
  const indexes = await client.unsafe(`
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid IN (SELECT oid FROM pg_class WHERE relname IN (${SEEDED}) AND relkind = 'r')
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`);
  for (const { name } of indexes) await client.unsafe(`DROP INDEX ${name}`);
  await work();
  for (const { definition } of indexes)
    await client.begin(async (tx) => {
      await tx.unsafe("SET LOCAL maintenance_work_mem = '1GB'");
      await tx.unsafe(definition);
    });
  await client.unsafe(`VACUUM (ANALYZE) ${SEEDED.replaceAll("'", '')}`);
}

const TABLES = [
  'targets',
  'target_polls',
  'target_attributes',
  'target_tag_assignments',
  'target_deployments',
  'rollout_targets',
  'actions',
  'action_entries',
];

async function printSizes(client, targets) {
  const sizes = await client`
    SELECT relname AS name, pg_table_size(oid)::float8 AS rows, pg_indexes_size(oid)::float8 AS indexes
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(${`{${TABLES.join(',')}}`}::text[])`;
  printTitle('  On the disk: bytes a target, and of these in indexes');
  for (const { name, rows, indexes } of sizes.toSorted((a, b) => b.rows - a.rows))
    if (rows > 1 << 20)
      printAim(
        `  ${name}: ${gigabytes(rows + indexes)}, in indexes ${(indexes / targets).toFixed(0)}`,
        (rows + indexes) / targets,
        'B',
      );
}

const gigabytes = (bytes) => `${(bytes / 2 ** 30).toFixed(2)} GB`;

/** The median of some: nobody else asks meanwhile. */
async function timeOf(work) {
  const took = [];
  for (let n = 0; n < TIMES; n++) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return took.sort((a, b) => a - b)[Math.floor(TIMES / 2)];
}

async function printPages(muster, targets) {
  const [few, some, half] = birdsOf(targets);
  const total = 'query ($filter: String) { targets(filter: $filter, first: 1) { totalCount } }';
  const page = (variables) => () => askGraphql(muster, FILTERED, variables);
  const middle = { offset: Math.floor(targets / 2) };
  const after = (await askGraphql(muster, FILTERED, middle)).targets.pageInfo.endCursor;
  const cases = [
    ['the first page', page({})],
    ['from the middle by cursor', page({ after })],
    ['from the middle by offset', page(middle)],
    [`name==*abc*: ${few.matches}`, page({ filter: `name==*${few.bird}*` })],
    [`name==*abc*: ${half.matches}`, page({ filter: `name==*${half.bird}*` })],
    [`tag and attribute: ${some.matches}`, page({ filter: `tag==north and attribute.bird==${some.bird}` })],
    [
      'by lastControllerRequestAt',
      page({ orderBy: [{ field: 'LAST_CONTROLLER_REQUEST_AT', direction: 'DESC' }] }),
    ],
    [
      `the total of name==*abc*, remembered: ${half.matches}`,
      () => askGraphql(muster, total, { filter: `name==*${half.bird}*` }),
    ],
    [
      'the numbers of the fleet',
      () => askGraphql(muster, '{ fleetSummary { total inSync pending error overdue } }'),
    ],
  ];
  printTitle('  Pages of 50 by GraphQL, one request at a time');
  for (const [label, work] of cases) printAim(`  ${label}`, await timeOf(work), 'ms');
}

/** So many numbers below `targets` that are spread over all, others each time. */
const spread = (targets, go) => {
  const step = Math.floor(targets / A_GO);
  return Array.from({ length: A_GO }, (_, n) => n * step + (go % step) + 1);
};

async function idsOf(client, targets) {
  const [{ first, last }] =
    await client`SELECT min(id)::float8 AS first, max(id)::float8 AS last FROM targets WHERE tenant_id = 1`;
  if (last - first + 1 !== targets) throw new Error('there are gaps between the ids');
  return first - 1;
}

/** By the part of the server that writes them, as for a fleet that polls evenly. */
async function printPollTimes({ client, database }, { targets, seconds }) {
  const before = await idsOf(client, targets);
  const errors = [];
  const times = openPollTimes(database, {
    clock: () => new Date(),
    onError: (error) => errors.push(error),
    suspect() {},
  });
  const tenant = { tenantId: 1 };
  const vacuums = await vacuumsOf(client);
  const [{ at }] = await client`SELECT pg_current_wal_insert_lsn()::text AS at`;
  const processor = await processorOf(client);
  const begunWith = processor();
  let written = 0;
  let slowest = 0;
  let took = 0;
  for (let go = 0; took < seconds * 1000; go++) {
    for (const n of spread(targets, go))
      times.note({ tenant, targetId: before + n }, 'http://10.0.0.1', Date.now());
    const began = performance.now();
    await times.flush();
    const ms = performance.now() - began;
    took += ms;
    slowest = Math.max(slowest, ms);
    written += A_GO;
  }
  await times.close();
  if (errors.length) throw errors[0];
  const spent = processor() - begunWith;
  const [{ bytes }] = await client`SELECT (pg_current_wal_insert_lsn() - ${at}::pg_lsn)::float8 AS bytes`;
  printTitle(`  Times of polls, ${A_GO.toLocaleString('en')} at a time, of devices all over the fleet`);
  const rate = (written / took) * 1000;
  printAim('  written a second', rate, '', `≥ ${AIM}`, rate >= AIM);
  printAim('  processor time of the database, each', (spent / written) * 1e6, 'µs');
  printAim('  the slowest go', slowest, 'ms');
  printAim('  written ahead, each', bytes / written, 'bytes');
  const after = await vacuumsOf(client);
  printAim(
    '  of the updates in their page (HOT)',
    ((after.hot - vacuums.hot) / (after.updated - vacuums.updated)) * 100,
    '%',
  );
  printAim('  dead rows at the end', after.dead, '');
  printAim('  runs of autovacuum meanwhile', after.runs - vacuums.runs, '');
  printAim('  the table grew to, bytes a target', after.size / targets, 'B');
  const vacuumed = performance.now();
  await client`VACUUM target_polls`;
  printAim('  VACUUM then', (performance.now() - vacuumed) / 1000, 's');
}

/** @returns what says how much processor time the database has taken until now, in seconds */
async function processorOf(client) {
  const [{ pid }] = await client`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`;
  return () => processorSecondsOfAll(pid);
}

async function vacuumsOf(client) {
  await client`SELECT pg_stat_force_next_flush()`;
  const [row] = await client`
    SELECT n_tup_upd::float8 AS updated, n_tup_hot_upd::float8 AS hot, n_dead_tup::float8 AS dead,
      autovacuum_count::float8 AS runs, pg_total_relation_size(relid)::float8 AS size
    FROM pg_stat_user_tables WHERE relname = 'target_polls'`;
  return row;
}

/** The same statement on two copies: one table, and partitions of it by the target. */
async function comparePartitions(client, { targets, seconds }) {
  const before = await idsOf(client, targets);
  const one = 'bench_polls_one';
  const parted = 'bench_polls_parted';
  const options = 'fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05';
  const columns =
    'tenant_id bigint, target_id bigint, last_request_at timestamptz(3), address text, PRIMARY KEY (tenant_id, target_id)';
  await client.unsafe(`CREATE TABLE ${one} (${columns}) WITH (${options})`);
  await client.unsafe(`CREATE TABLE ${parted} (${columns}) PARTITION BY HASH (target_id)`);
  for (let n = 0; n < PARTITIONS; n++)
    await client.unsafe(
      `CREATE TABLE ${parted}_${n} PARTITION OF ${parted} FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${n}) WITH (${options})`,
    );
  for (const table of [one, parted]) {
    await client.unsafe(
      `INSERT INTO ${table} SELECT tenant_id, target_id, last_request_at, address FROM target_polls`,
    );
    await client.unsafe(`VACUUM (ANALYZE) ${table}`);
  }
  await client`CHECKPOINT`;
  const rates = { [one]: [], [parted]: [] };
  const spent = { [one]: 0, [parted]: 0 };
  const processor = await processorOf(client);
  // In turn, since the machine may be busy with something else at times.
  for (let go = 0, until = performance.now() + 2 * seconds * 1000; performance.now() < until; go++)
    for (const table of go % 2 ? [one, parted] : [parted, one]) {
      const ids = spread(targets, go).map((n) => before + n);
      const begunWith = processor();
      const began = performance.now();
      await writeTimes(client, table, ids);
      spent[table] += processor() - begunWith;
      rates[table].push((A_GO / (performance.now() - began)) * 1000);
    }
  printTitle(`  Poll times of one table beside ${PARTITIONS} hash partitions, by SQL alone`);
  for (const table of [one, parted]) {
    const sorted = rates[table].toSorted((a, b) => a - b);
    printAim(
      `  ${table === one ? 'one table' : 'partitions'}: written a second, median of ${sorted.length}`,
      sorted[Math.floor(sorted.length / 2)],
      '',
    );
    printAim('    processor time of the database, each', (spent[table] / (sorted.length * A_GO)) * 1e6, 'µs');
    const began = performance.now();
    await client.unsafe(`VACUUM ${table}`);
    printAim('    VACUUM then', (performance.now() - began) / 1000, 's');
    await client.unsafe(`DROP TABLE ${table}`);
  }
}

const AT_ONCE = 5_000;

async function writeTimes(client, table, ids) {
  for (let from = 0; from < ids.length; from += AT_ONCE)
    await client.begin(async (tx) => {
      await tx.unsafe('SET LOCAL synchronous_commit = off');
      await tx.unsafe(
        `WITH new AS MATERIALIZED (SELECT 1::bigint AS tenant_id, id, now() AS at FROM unnest($1::bigint[]) AS id)
         UPDATE ${table} AS poll SET last_request_at = GREATEST(LEAST(poll.last_request_at, now()), new.at), address = 'http://10.0.0.2'
         FROM new WHERE poll.tenant_id = new.tenant_id AND poll.target_id = new.id`,
        [`{${ids.slice(from, from + AT_ONCE).join(',')}}`],
      );
    });
}

async function printRollout(muster, client, targets) {
  const { setId } = await createSet(muster, 'bench');
  const times = {};
  const began = performance.now();
  await roll(muster, setId, (name) => {
    times[name] = (performance.now() - began) / 1000;
  });
  printTitle('  A rollout of all of them in ten groups');
  printAim('  ready', times.ready, 's');
  printAim('  the first group runs, the others are scheduled', times.running, 's');
  await client`VACUUM (ANALYZE)`;
  await printSizes(client, targets);
}
