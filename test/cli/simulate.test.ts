import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { beginUpdate } from '../../src/cli/simulate/update.ts';
import { createServedTenant, graphql, type ServedTenant, startTestServer } from '../support/server.ts';
import { uploadFile } from '../support/software.ts';

const server = await startTestServer();
afterAll(() => server.stop());

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

async function signedIn(): Promise<ServedTenant> {
  const tenant = await createServedTenant(server);
  vi.stubEnv('MUSTER_URL', server.url);
  vi.stubEnv('MUSTER_USER', `${tenant.name}\\boss`);
  vi.stubEnv('MUSTER_PASSWORD', 'a-quiet-secret');
  return tenant;
}

async function run(...args: string[]) {
  output.out = '';
  output.err = '';
  const code = await runCommand(['simulate', '--interval', '0.2', ...args]);
  return { code, ...output };
}

const total = async ({ admin }: ServedTenant, q: string) =>
  (await admin(`/rest/v1/targets?q=${encodeURIComponent(q)}`)).json.total as number;

/** Gives a set with one file to all targets. */
async function assignToAll(tenant: ServedTenant): Promise<void> {
  const { moduleId } = await uploadFile(tenant, { filename: 'os.bin', content: Buffer.alloc(5_000, 7) });
  const set = { name: 'os', version: '2', type: 'os', modules: [{ id: moduleId }] };
  const [{ id }] = (await tenant.admin('/rest/v1/distributionsets', { method: 'POST', json: [set] })).json;
  const { content } = (await tenant.admin('/rest/v1/targets?limit=500')).json;
  const json = content.map(({ controllerId }: { controllerId: string }) => ({
    id: controllerId,
    type: 'forced',
  }));
  await tenant.admin(`/rest/v1/distributionsets/${id}/assignedTargets`, { method: 'POST', json });
}

describe('muster simulate', () => {
  it('registers devices that poll and send attributes, and sums up', async () => {
    const tenant = await signedIn();
    const { code, out } = await run('--devices', '12', '--duration', '1.5');
    expect(code).toBe(0);
    expect(out).toMatch(/^12 of 12 devices of tenant T-\w+ played for 0:0\d\n/);
    expect(out).toMatch(/errors: none\n$/);
    expect(await total(tenant, 'controllerId==sim-*;attribute.firmware==factory')).toBe(12);
  });

  it('plays updates that succeed and fail, and downloads their files', async () => {
    const tenant = await signedIn();
    await run('--devices', '20', '--duration', '1', '--prefix', 'd-');
    await assignToAll(tenant);
    const args = [
      '--devices',
      '20',
      '--prefix',
      'd-',
      '--fail',
      '50%',
      '--seed',
      'one',
      '--download',
      '--json',
    ];
    const { code, out } = await run(...args, '--duration', '6');
    const { updates, downloads, errors } = JSON.parse(out);
    expect(code).toBe(0);
    expect(errors).toEqual({});
    expect(updates).toMatchObject({ running: 0, canceled: 0 });
    expect(updates.succeeded + updates.failed).toBe(20);
    expect(updates.failed).toBeGreaterThan(2);
    expect(updates.succeeded).toBeGreaterThan(2);
    expect(downloads).toEqual({ files: 20, bytes: 100_000 });
    expect(await total(tenant, 'updateStatus==in_sync')).toBe(updates.succeeded);
    expect(await total(tenant, 'updateStatus==error')).toBe(updates.failed);
    expect(await total(tenant, 'attribute.firmware==1')).toBe(updates.succeeded);
  });

  it('lets some updates take their time, always the same ones', () => {
    const options = { fail: 0.1, slow: 0.2, download: false, seed: 'x' };
    const begin = (index: number, seed = 'x') =>
      beginUpdate(
        `http://h/T/controller/v1/d/deploymentBase/7?c=${Math.random()}`,
        { deployment: { chunks: [] } },
        `d-${index}`,
        { ...options, seed },
      );
    const indexes = Array.from({ length: 2_000 }, (_, index) => index);
    const shareOf = (is: (index: number) => boolean) => indexes.filter(is).length / indexes.length;
    expect(shareOf((index) => begin(index).steps > 1)).toBeCloseTo(0.2, 1);
    expect(shareOf((index) => begin(index).outcome === 'failure')).toBeCloseTo(0.1, 1);
    expect(indexes.map((index) => begin(index).steps)).toEqual(indexes.map((index) => begin(index).steps));
    expect(indexes.map((index) => begin(index).steps)).not.toEqual(
      indexes.map((index) => begin(index, 'y').steps),
    );
  });

  it('takes a gateway token instead of signing in', async () => {
    const tenant = await createServedTenant(server);
    const { createEnrollmentGroup } = await graphql(
      tenant.admin,
      'mutation { createEnrollmentGroup(input: { name: "g" }) { token } }',
    );
    vi.stubEnv('MUSTER_URL', server.url);
    const named = ['--tenant', tenant.name, '--devices', '3', '--duration', '1'];
    expect((await run(...named, '--gateway-token', createEnrollmentGroup.token)).code).toBe(0);
    expect(await total(tenant, 'name==*')).toBe(3);
    expect(await run(...named, '--gateway-token', 'wrong')).toMatchObject({
      code: 3,
      err: expect.stringContaining('does not let the first device in'),
    });
  });

  it('ends with a summary on Ctrl-C', async () => {
    const tenant = await signedIn();
    const playing = run('--devices', '5');
    await vi.waitFor(async () => expect(await total(tenant, 'attribute.firmware==factory')).toBe(5), 10_000);
    process.emit('SIGINT');
    expect(await playing).toMatchObject({ code: 0, out: expect.stringMatching(/^5 of 5 devices/) });
  });

  it('says which option is wrong', async () => {
    await signedIn();
    for (const [option, value] of [
      ['--devices', '0'],
      ['--fail', '120%'],
      ['--interval', '1x'],
      ['--duration', '2d'],
      ['--prefix', 'a b'],
    ] as const)
      expect(await run(option, value)).toMatchObject({ code: 2, err: expect.stringContaining(option) });
    expect(await run('--tenant', 'another')).toMatchObject({
      code: 2,
      err: expect.stringContaining('tenant'),
    });
  });
});
