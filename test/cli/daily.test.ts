import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { newFolder } from '../support/folder.ts';
import { createServedTenant, startTestServer } from '../support/server.ts';

/* What scripts do every day, by the public API. */

const server = await startTestServer();
afterAll(server.stop);
const folder = newFolder();
mkdirSync(folder);

const output = { out: '', err: '' };
beforeEach(() => {
  const collect = (name: 'out' | 'err') => (text: string | Uint8Array) => {
    output[name] += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(collect('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(collect('err'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
async function run(...args: string[]) {
  Object.assign(output, { out: '', err: '' });
  return { code: await runCommand(args), ...output };
}
async function done(...args: string[]) {
  const { code, out, err } = await run(...args);
  expect({ code, err }, args.join(' ')).toEqual({ code: 0, err: '' });
  return out;
}
async function signedIn() {
  const tenant = await createServedTenant(server);
  // Without its scheme, as people write it.
  vi.stubEnv('MUSTER_URL', server.url.replace('http://', ''));
  vi.stubEnv('MUSTER_USER', `${tenant.name}\\boss`);
  vi.stubEnv('MUSTER_PASSWORD', 'a-quiet-secret');
  return tenant;
}

it('provisions targets, uploads software, assigns it and rolls it out', async () => {
  const { admin } = await signedIn();
  expect(await done('targets', 'create', 'a', 'b', 'c', '--group', 'eu')).toMatch(/^a +\S{16,}$/m);
  expect(await done('targets', 'list', '--filter', 'group==eu')).toMatch(/^c +c +\w+ +never$/m);
  expect(await done('targets', 'show', 'a')).toMatch(/^securityToken +\S{16,}$/m);
  expect(await run('targets', 'show', 'x')).toMatchObject({
    code: 1,
    err: "muster: there is no target 'x'\n",
  });

  const file = join(folder, 'os.bin');
  writeFileSync(file, 'content');
  const upload = ['software', 'upload', file, '--module', 'Firm: ware:1*'];
  expect(await done(...upload, '--set', 'Boiler:1')).toContain('7 bytes\ndistribution set Boiler:1\n');
  expect(await run(...upload, '--set', 'Boiler:1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('already'),
  });
  const [module] = (await admin('/rest/v1/softwaremodules')).json.content;
  expect(module).toMatchObject({ name: 'Firm: ware', version: '1*' });
  const [artifact] = (await admin(`/rest/v1/softwaremodules/${module.id}/artifacts`)).json;
  expect(artifact).toMatchObject({ providedFilename: 'os.bin', size: 7 });

  expect(await done('assign', 'Boiler:1', '--filter', 'group==eu', '--dry-run')).toContain(
    'would be assigned to 3 targets',
  );
  expect(await done('assign', 'Boiler:1', 'a', '--type', 'soft')).toBe(
    'Boiler:1 assigned to 1 target; 0 had it already\n',
  );
  expect(await run('assign', 'Boiler:1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('say which targets'),
  });
  expect(await run('assign', 'Boiler:2', 'a')).toMatchObject({
    code: 1,
    err: expect.stringContaining("'Boiler:2'"),
  });

  await done('rollouts', 'create', 'one', '--set', 'Boiler:1', '--filter', 'group==eu', '--groups', '2');
  await expect
    .poll(async () => JSON.parse(await done('rollouts', 'show', 'one', '--json')).status)
    .toBe('READY');
  expect(await done('rollouts', 'start', 'one')).toMatch(/^Rollout:\d+ +one +(STARTING|RUNNING) +3 /m);
  const { id } = JSON.parse(await done('rollouts', 'list', '--json'))[0];
  await expect.poll(async () => (await run('rollouts', 'pause', id)).code).toBe(0);
  expect(await done('rollouts', 'list')).toMatch(/ PAUSED /);
  expect(await run('rollouts', 'start', 'two')).toMatchObject({ code: 1 });

  expect(await done('targets', 'delete', 'a', 'b')).toBe('2 targets deleted\n');
  expect(await done('targets', 'delete', '--filter', 'controllerId==*')).toBe('1 target deleted\n');
});

it('imports CSV with other headings, and shows what became of imports', async () => {
  await signedIn();
  const file = join(folder, 'odd.csv');
  writeFileSync(file, 'Serial;Label;Site;HW\na;Boiler;x;2\nb c;Boiler;x;2\n');
  expect(await run('import', file)).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /it names .*'Serial'.*; say what they are with --columns, for example --columns controllerId,/,
    ),
  });
  expect(await run('import', file, '--columns', 'controllerId, name,-,attribute.hw')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/line 3 \(b c\).*\n.*created 1, updated 0, refused 1\n$/),
  });
  expect(await done('targets', 'list', '--filter', 'attribute.hw==2')).toContain('Boiler');
  const [imported] = JSON.parse(await done('imports', 'list', '--json'));
  expect(await done('imports', 'list')).toMatch(/^\d+ +FINISHED +2 +1 +0 +1 /m);
  expect(await done('imports', 'refused', String(imported.number))).toContain('b c;Boiler;x;2');
});

it('completes commands and options in bash', async () => {
  const script = await done('completion', 'bash');
  const complete = (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const program = `${script}\nCOMP_WORDS=(${list}) COMP_CWORD=${words.length - 1}; _muster; echo "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim().split(' ');
  };
  expect(complete('muster', 'ro')).toEqual(['rollouts']);
  expect(complete('muster', 'rollouts', 'p')).toEqual(['pause']);
  expect(complete('muster', 'import', '--col')).toEqual(['--columns']);
  expect(complete('muster', 'user', 'create', '--ro')).toEqual(['--role']);
  expect(await done('completion', 'zsh')).toContain('bashcompinit');
  expect(await done('completion', 'fish')).toContain(
    "complete -c muster -f -n '__fish_seen_subcommand_from rollouts; and not",
  );
  expect((await run('completion', 'tcsh')).code).toBe(2);
});
