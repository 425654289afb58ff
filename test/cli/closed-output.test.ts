import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { beforeAll, expect, it, vi } from 'vitest';
import { buildServer, bundledCommand } from '../support/build.ts';
import { newFolder } from '../support/folder.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
beforeAll(buildServer);

it('ends quietly where nobody reads what it says any more', () => {
  const folder = newFolder();
  mkdirSync(folder);
  // The reader closes its end first, and then lets the command begin.
  const script = `mkfifo go; { cat go; "$1" "$2" config; echo "ended with $?" >&2; } | { exec <&-; echo >go; }`;
  const { stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, bundledCommand()], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('ended with 0\n');
});
