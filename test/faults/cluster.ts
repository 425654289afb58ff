import { execFile } from 'node:child_process';
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres, { type Sql } from 'postgres';
import { packagedBinaries, usableBinaries } from '../../src/database/embedded/binaries.ts';
import { ensureCluster } from '../../src/database/embedded/cluster.ts';
import { findPlace, type Place, sharedHome } from '../../src/database/embedded/place.ts';
import { livingPostmaster, waitUntilGone } from '../../src/database/embedded/postmaster.ts';
import type { Account } from '../../src/database/embedded/run.ts';
import { launchServer } from '../../src/database/embedded/server.ts';
import { connectionTo, type EmbeddedConnection } from '../../src/database/embedded/session.ts';
import { makeFolder, until } from '../e2e/lifecycle/support.ts';

/** A PostgreSQL of the test's own, to be ill-treated. Its folder goes with `cleanUp` of the lifecycle's tests. */
export interface Cluster {
  connection: EmbeddedConnection;
  /** For DATABASE_URL. */
  url: string;
  /** Asks it as its superuser, over a connection that lives no longer. */
  ask<T = Record<string, unknown>>(work: (sql: Sql) => Promise<T[]>): Promise<T[]>;
  /** Cuts all connections but the one that asks, and says how many. */
  cutAll(): Promise<number>;
  /** The account that it runs as; undefined if it is ours. */
  account: Account | undefined;
  place: Place;
  stop(how?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  /** Unless it runs. */
  start(): Promise<void>;
  /** Stops all its processes where they are, so that nothing is answered and nothing is closed. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

export async function newCluster(
  settings: Record<string, string | number> = {},
  folder = makeFolder(),
): Promise<Cluster> {
  const cluster = await clusterIn(folder, settings);
  const { database } = cluster.connection;
  const sql = postgres({ ...cluster.connection, database: 'postgres', max: 1, onnotice: () => {} });
  await sql`CREATE DATABASE ${sql(database)}`.finally(() => sql.end());
  return cluster;
}

/** A replica that streams from a cluster, which is stopped and started for it. */
export async function newStandby(
  primary: Cluster,
  settings: Record<string, string | number> = {},
): Promise<Cluster> {
  const folder = makeFolder();
  const place = await findPlace(join(folder, 'data'), () => {});
  await primary.stop();
  // As root it keeps whom the files belong to.
  await cp(primary.place.cluster, place.cluster, { recursive: true, preserveTimestamps: true });
  if (place.account)
    await promisify(execFile)('chown', ['-R', `${place.account.uid}:${place.account.gid}`, place.cluster]);
  await cp(primary.place.passwordFile, place.passwordFile);
  await writeFile(join(place.cluster, 'standby.signal'), '');
  await primary.start();
  const { host, port, user, password } = primary.connection;
  const primary_conninfo = `host=${host} port=${port} user=${user} password=${password}`;
  return clusterIn(folder, { ...settings, primary_conninfo });
}

/** The cluster of a folder, which may be there. */
async function clusterIn(folder: string, settings: Record<string, string | number>): Promise<Cluster> {
  const place = await findPlace(join(folder, 'data'), () => {});
  const home = async () => (place.account ? sharedHome : place.dataDir);
  const binaries = await usableBinaries(packagedBinaries(), place.account, home, () => {});
  const password = await ensureCluster(place, binaries);
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  await appendFile(join(place.cluster, 'postgresql.conf'), lines.join(''));
  let connection!: EmbeddedConnection;
  let frozen: number[] = [];

  const open = (database = connection.database) =>
    postgres({
      ...connection,
      database,
      max: 1,
      onnotice: () => {},
      connection: { application_name: 'tester' },
    });
  const signal = (pids: readonly number[], name: NodeJS.Signals) => {
    for (const pid of pids)
      try {
        process.kill(pid, name);
      } catch {
        // It is gone already.
      }
  };
  const cluster: Omit<Cluster, 'connection' | 'url'> = {
    async ask(work) {
      const sql = open();
      return work(sql).finally(() => sql.end({ timeout: 1 }));
    },
    async cutAll() {
      const cut = await cluster.ask(
        (sql) => sql`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      return cut.length;
    },
    async stop(how = 'SIGINT') {
      const postmaster = await livingPostmaster(place.cluster);
      if (!postmaster) return;
      signal([postmaster.pid], how);
      if (!(await waitUntilGone(place.cluster, postmaster.pid, 20_000))) throw new Error('it does not stop');
    },
    account: place.account,
    place,
    async start() {
      if (await livingPostmaster(place.cluster)) return;
      const launch = await launchServer(place, binaries);
      await until(async () => {
        const failure = await launch.failure();
        if (failure && !failure.lostRace) throw new Error(failure.reason);
        const postmaster = await livingPostmaster(place.cluster);
        if (!postmaster?.socketFolder) return false;
        connection = connectionTo(postmaster, password);
        const sql = open('postgres');
        return sql`SELECT 1`.then(Boolean, () => false).finally(() => sql.end({ timeout: 0 }));
      });
    },
    async freeze() {
      const { pid } = (await livingPostmaster(place.cluster))!;
      signal([pid], 'SIGSTOP'); // first, so that nobody is born meanwhile
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      frozen = [pid, ...children.split(' ').filter(Boolean).map(Number)];
      signal(frozen, 'SIGSTOP');
    },
    async thaw() {
      signal(frozen.reverse(), 'SIGCONT');
      frozen = [];
    },
  };
  await cluster.start();
  const { host, user, database } = connection;
  const url = `postgres://${user}:${password}@localhost:5432/${database}?host=${encodeURIComponent(host)}`;
  return { ...cluster, connection, url };
}
