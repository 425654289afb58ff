/** What work costs the server and its database: processor time, statements, and what is written ahead. */
import { openDatabase, startMuster } from './muster.mjs';
import { pause, processorSeconds, processorSecondsOfAll } from './processes.mjs';
import { printAim } from './report.mjs';

/** Until the last poll times of a run are written. */
const SETTLE_MS = 1_200;
const LISTED = 40;

/** The database of a new data folder. It counts statements, which it can only from its start on. */
export async function openCountingDatabase(dataDir) {
  await (await startMuster(dataDir)).stop();
  const plain = await openDatabase(dataDir);
  await plain.client`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`;
  await plain.stop();
  const database = await openDatabase(dataDir);
  await database.client`CREATE EXTENSION pg_stat_statements`;
  return database;
}

/** @returns what tells what running something costs a server with this pid and a database that counts */
export async function openMeter(client, serverPid) {
  const [{ pid }] = await client`
    SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`;
  const read = async () => ({
    server: processorSeconds(serverPid),
    database: processorSecondsOfAll(pid),
    walBytes: Number((await client`SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes`)[0].bytes),
  });
  return async (run) => {
    await pause(SETTLE_MS);
    await client`SELECT pg_stat_statements_reset()`;
    const before = await read();
    const result = await run();
    await pause(SETTLE_MS);
    const after = await read();
    const [{ calls }] = await client`SELECT sum(calls)::int AS calls FROM pg_stat_statements`;
    return {
      ...result,
      server: after.server - before.server,
      database: after.database - before.database,
      walBytes: after.walBytes - before.walBytes,
      statements: calls,
    };
  };
}

/** @returns what prints the statements that took most since the meter began, and how often each came for one of `count` */
export async function statementsOf(client, count) {
  const asked = await client`
    SELECT calls, total_exec_time AS ms, query FROM pg_stat_statements ORDER BY ms DESC LIMIT ${LISTED}`;
  return () => {
    for (const { calls, ms, query } of asked)
      printAim(`  ${query.replace(/\s+/g, ' ').slice(0, 62)}`, Number(calls) / count, `${ms.toFixed(0)} ms`);
  };
}
