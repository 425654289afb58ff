import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { EmbeddedConnection } from '../../src/database/embedded/session.ts';
import { freePort, makeFolder, until } from '../e2e/lifecycle/support.ts';
import type { Cluster } from './cluster.ts';

export interface Pooler {
  /** For DATABASE_URL. */
  url: string;
  connection: EmbeddedConnection;
  stop(): Promise<void>;
}

/** Whether Debian's package pgbouncer, or one like it, is there. */
export const hasPooler = () => spawnSync('pgbouncer', ['--version']).status === 0;

/** A pgbouncer that lends a connection for one transaction. */
export async function openPooler({ connection, account }: Cluster, connections: number): Promise<Pooler> {
  const folder = makeFolder();
  const { host, port, user, password, database } = connection;
  const own = await freePort();
  const write = (name: string, lines: string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    if (account) chownSync(path, account.uid, account.gid);
    return path;
  };
  const users = write('users', [`"${user}" "${password}"`]);
  const settings = write('pgbouncer.ini', [
    '[databases]',
    `${database} = host=${host} port=${port} dbname=${database}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${own}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    `default_pool_size = ${connections}`,
    'max_client_conn = 2000',
    'server_login_retry = 1',
  ]);
  if (account) chmodSync(folder, 0o755);
  const child = spawn('pgbouncer', ['--quiet', settings], { ...account, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(own, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      }),
  );
  return {
    connection: { ...connection, host: '127.0.0.1', port: own },
    url: `postgres://${user}:${password}@127.0.0.1:${own}/${database}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
