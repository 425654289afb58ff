import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildServer, bundledCommand } from '../support/build.ts';
import { newFolder } from '../support/folder.ts';
import { createServedTenant, startTestServer } from '../support/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const SECRET = 'a-quiet-secret';
/** It gives a command a terminal. */
const hasTerminal = spawnSync('script', ['--version']).status === 0;
if (!hasTerminal)
  console.log('Left out, as there is no `script`: a password that is asked for in a terminal.');

beforeAll(buildServer);
const server = await startTestServer();
afterAll(server.stop);
const [from, to] = [await createServedTenant(server), await createServedTenant(server)];
const folder = newFolder();
mkdirSync(folder);

const ARGUMENTS = ['import', 'hawkbit', '--dry-run', '--url', server.url, '--to', server.url];
const env = {
  ...process.env,
  HAWKBIT_USER: `${from.name}\\boss`,
  MUSTER_USER: `${to.name}\\boss`,
  MUSTER_PASSWORD: SECRET,
};

/** Runs a program; `typed` is written once it has shown `prompt`. */
async function run(program: string, args: string[], typed: string, prompt?: string) {
  const child = spawn(program, args, { env, cwd: folder });
  let out = '';
  const write = () => child.stdin.write(typed);
  if (prompt === undefined) child.stdin.end(typed);
  const take = (piece: Buffer) => {
    const had = prompt !== undefined && out.includes(prompt);
    out += piece;
    if (prompt !== undefined && !had && out.includes(prompt)) write();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, out };
}

describe('the password of hawkBit', () => {
  it.skipIf(!hasTerminal)('is asked for in a terminal, and not shown', async () => {
    const command = [process.execPath, bundledCommand(), ...ARGUMENTS].join(' ');
    const args = ['--quiet', '--return', '--command', command, join(folder, 'log')];
    const ask = (typed: string) => run('script', args, typed, 'password of hawkBit: ');
    const right = await ask(`${SECRET}\r`);
    expect(right.out).toContain('nothing was written');
    expect(right.out).not.toContain(SECRET);
    expect(right.code).toBe(0);
    const wrong = await ask('not-the-password\r');
    expect(wrong.out).toMatch(/hawkBit .*(401|password)/);
    expect(wrong.out).not.toContain('not-the-password');
    expect(wrong.code).toBe(3);
    // Ctrl-C
    expect((await ask('\x03')).out).toContain('standard input has no password of hawkBit');
  });

  it('is read from standard input where that is said, and asked for by nobody elsewhere', async () => {
    const piped = await run(
      process.execPath,
      [bundledCommand(), ...ARGUMENTS, '--password', '-'],
      `${SECRET}\n`,
    );
    expect(piped).toMatchObject({ code: 0, out: expect.stringContaining('nothing was written') });
    const none = await run(process.execPath, [bundledCommand(), ...ARGUMENTS], '');
    expect(none.out).toContain('say the password of hawkBit: by HAWKBIT_PASSWORD');
    expect(none.code).toBe(2);
  });
});
