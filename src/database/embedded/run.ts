import { execFile } from 'node:child_process';
import { dirname } from 'node:path';

/** An empty environment: PostgreSQL must behave the same whatever LANG, TZ or PG… variables say. */
export function cleanSlate(program: string, account?: Account) {
  const windows = process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {};
  return {
    ...account,
    env: { LC_ALL: 'C', TZ: 'UTC', ...windows },
    // The account may have no access to our working folder.
    cwd: dirname(program),
    windowsHide: true,
  };
}

/** Runs a program to its end. */
export function run(program: string, args: string[], account?: Account): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, cleanSlate(program, account), (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      reject(Object.assign(new Error(reason(stderr) || error.message), { code: error.code }));
    });
  });
}

function reason(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /error|fatal|hint|detail/i.test(line));
  return (telling.length > 0 ? telling : lines).slice(-3).join('; ');
}

export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replace(/\s*\n\s*/g, '; ');
}

/** The account of the server, as options of child_process. */
export interface Account {
  uid: number;
  gid: number;
}
