import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists } from './files.ts';
import { type Account, run } from './run.ts';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export async function owner(path: string): Promise<Account> {
  const { uid, gid } = await stat(path);
  return { uid, gid };
}

/** PostgreSQL refuses root, and initdb refuses a user without a name: so `muster`, created if needed, or `nobody`. */
export async function unprivilegedAccount(log: (message: string) => void): Promise<Account> {
  const known = (await findAccount('muster')) ?? (await makeAccount('muster', log));
  if (known) return known;
  const nobody = await findAccount('nobody');
  if (!nobody) throw new Error('PostgreSQL refuses root, and there is neither a user "muster" nor "nobody"');
  log('There is no user "muster" and none could be made: the embedded database runs as "nobody".');
  return nobody;
}

async function findAccount(name: string): Promise<Account | undefined> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = users
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name);
  if (!fields) return undefined;
  // macOS writes nobody as -2
  const account = { uid: Number(fields[2]) >>> 0, gid: Number(fields[3]) >>> 0 };
  return account.uid === 0 ? undefined : account;
}

const makers: [path: string, ...args: string[]][] = [
  ['/usr/sbin/useradd', '--system', '--no-create-home', '--shell', '/usr/sbin/nologin'],
  ['/usr/sbin/adduser', '-S', '-D', '-H'],
];

async function makeAccount(name: string, log: (message: string) => void): Promise<Account | undefined> {
  for (const [program, ...args] of makers) {
    if (!(await exists(program))) continue;
    const made = await run(program, [...args, name]).then(
      () => true,
      () => false,
    );
    const account = await findAccount(name); // also where another process was faster
    if (account && made)
      log(`Made the system user "${name}" for the embedded database: PostgreSQL refuses root.`);
    if (account) return account;
  }
  return undefined;
}

/** Whether the account may enter the folder and all folders above it. */
export async function canEnter(folder: string, account: Account): Promise<boolean> {
  for (let at = await realpath(folder); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const search = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if (!(mode & search)) return false;
    if (at === dirname(at)) return true;
  }
}
