import type { ChildProcessByStdio } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import postgres, { type Sql } from 'postgres';
import { isAlive } from '../../../src/database/embedded/files.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../../../src/database/embedded/start.ts';

export const root = process.getuid?.() === 0;
export const folders: string[] = [];
const started: EmbeddedDatabase[] = [];
const sessions: Sql[] = [];

export async function makeFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

export async function start(dataDir: string, log?: (message: string) => void): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir, log });
  started.push(database);
  return database;
}

export function connect({ connection }: EmbeddedDatabase, name = 'test'): Sql {
  const sql = postgres({ ...connection, max: 1, connection: { application_name: name }, onnotice: () => {} });
  sessions.push(sql);
  return sql;
}

export async function serverPid(database: EmbeddedDatabase): Promise<number> {
  const lock = await readFile(join(database.dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return Number(lock.split('\n')[0]);
}

export function firstOutput(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (said) => resolve(String(said)));
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

/** Also as a zombie, as an orphan waits for some other process to reap it. */
export async function hasEnded(pid: number): Promise<boolean> {
  return !isAlive(pid) || (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) === '';
}

export async function cleanUp(): Promise<void> {
  await Promise.all(sessions.splice(0).map((sql) => sql.end({ timeout: 0 })));
  for (const database of started.splice(0)) {
    await database.stop();
    folders.push(database.connection.host); // may be outside of its own folder
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** A program that starts the database of a folder, says its server's pid, and stops it where asked to. */
export async function bundle(): Promise<string> {
  const folder = await makeFolder();
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  const contents = `
    import { readFileSync } from 'node:fs';
    import { startEmbeddedDatabase } from './src/database/embedded/start.ts';
    const [dataDir, then] = process.argv.slice(2);
    const database = await startEmbeddedDatabase({ dataDir });
    console.log(parseInt(readFileSync(database.dataDir + '/postgres/postmaster.pid', 'utf8')));
    if (then) await database.stop();`;
  await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    outfile: join(folder, 'fixture.mjs'),
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
  });
  return join(folder, 'fixture.mjs');
}
