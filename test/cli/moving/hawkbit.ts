import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import { runCommand } from '../../../src/cli/program.ts';
import type { ServedTenant } from '../../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
type Json = any;

/** Sends to the Management API of a tenant, and answers with the body. */
export async function call(
  { admin }: ServedTenant,
  method: string,
  path: string,
  json?: unknown,
): Promise<Json> {
  const answer = await admin(`/rest/v1/${path}`, { method, json });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json;
}

export const CONTENT = Buffer.from('firmware '.repeat(20_000));
export const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** Fills a tenant with something of each kind that is brought over. @returns the ids of what tests change later */
export async function fill(tenant: ServedTenant, targetCount = 6) {
  const post = (path: string, json: unknown) => call(tenant, 'POST', path, json);
  const put = (path: string, json: unknown) => call(tenant, 'PUT', path, json);
  const [moduleType] = await post('softwaremoduletypes', [
    { key: 'fpga', name: 'FPGA', description: 'gates', colour: '#123456', maxAssignments: 1 },
  ]);
  const types = (await call(tenant, 'GET', 'softwaremoduletypes')).content;
  const os = types.find(({ key }: Json) => key === 'os');
  const [setType] = await post('distributionsettypes', [
    {
      key: 'boiler',
      name: 'Boiler',
      mandatorymodules: [{ id: os.id }],
      optionalmodules: [{ id: moduleType.id }],
    },
  ]);
  const [targetType] = await post('targettypes', [
    { key: 'b2', name: 'Boiler 2', colour: '#00ff00', compatibledistributionsettypes: [{ id: setType.id }] },
  ]);
  await put('system/configs', {
    pollingTime: '00:07:00',
    'authentication.gatewaytoken.enabled': true,
    'authentication.gatewaytoken.key': 'the-shared-gateway-secret',
    'user.confirmation.flow.enabled': true,
    'default.ds.type': setType.id,
  });
  const [targetTag] = await post('targettags', [
    { name: 'north, "old"', description: 'x', colour: '#ff0000' },
  ]);
  const [setTag] = await post('distributionsettags', [{ name: 'released' }]);
  const [module, gates] = await post('softwaremodules', [
    { type: 'os', name: 'Firm:ware', version: '1:0', vendor: 'ACME', description: 'd' },
    { type: 'fpga', name: 'Gates', version: '1' },
  ]);
  await post(`softwaremodules/${module.id}/metadata`, [{ key: 'k', value: 'v', targetVisible: true }]);
  const form = new FormData();
  form.append('file', new Blob([CONTENT]), 'os.bin');
  await tenant.admin(`/rest/v1/softwaremodules/${module.id}/artifacts`, { method: 'POST', body: form });
  const modules = [{ id: module.id }, { id: gates.id }];
  const [set, old] = await post('distributionsets', [
    {
      type: 'boiler',
      name: 'Boiler',
      version: '2.0',
      description: 'new',
      modules,
      requiredMigrationStep: true,
    },
    { type: 'boiler', name: 'Boiler', version: '1.0', modules },
  ]);
  await post(`distributionsets/${set.id}/metadata`, [{ key: 'note', value: 'of the set' }]);
  await post(`distributionsettags/${setTag.id}/assigned`, [set.id]);

  const names = Array.from({ length: targetCount }, (_, index) => `dev-${String(index).padStart(5, '0')}`);
  for (let at = 0; at < names.length; at += 1_000)
    await post(
      'targets',
      names.slice(at, at + 1_000).map((controllerId, index) => ({
        controllerId,
        name: `Device ${controllerId}`,
        securityToken: `token-of-${controllerId}`,
        ...(index === 0 && {
          description: 'first',
          group: 'eu/de',
          targetType: targetType.id,
          address: 'http://10.0.0.1',
        }),
      })),
    );
  await put(`targets/${names[1]}`, { name: 'Ünïcode "quoted", and more' });
  await post(`targets/${names[0]}/metadata`, [{ key: 'site', value: 'roof' }]);
  await post(`targets/${names[0]}/autoConfirm/activate`, { initiator: 'me', remark: 'always' });
  await tenant.admin(`/${tenant.name}/controller/v1/${names[0]}/configData`, {
    method: 'PUT',
    headers: { authorization: `TargetToken token-of-${names[0]}` },
    json: { data: { hw_revision: '3' }, mode: 'merge' },
  });
  await post(`targettags/${targetTag.id}/assigned`, names.slice(0, 3));
  await post(
    `distributionsets/${old.id}/assignedTargets?offline=true`,
    names.slice(0, 2).map((id) => ({ id })),
  );

  const filter = await post('targetfilters', { name: 'all', query: 'controllerid==dev-*' });
  await post('targetfilters', { name: 'none', query: 'name==x' });
  await post(`targetfilters/${filter.id}/autoAssignDS`, { id: old.id, type: 'soft', weight: 77 });
  await post('autoassignments', {
    name: 'alone',
    targetFilterQuery: 'name==nobody',
    distributionSetId: old.id,
    actionType: 'forced',
    startAt: 4_000_000_000_000,
  });
  await post('rollouts', {
    name: 'wave',
    description: 'by halves',
    targetFilterQuery: 'controllerid==dev-*',
    distributionSetId: set.id,
    type: 'soft',
    groups: [
      { name: 'one', targetPercentage: 50, successCondition: { condition: 'THRESHOLD', expression: '80' } },
      { name: 'two', targetPercentage: 100, targetFilterQuery: 'name==*' },
    ],
  });
  return { set, old, module, targetTag, setTag, filter, names, targetType };
}

interface Way {
  url: string;
  /** A tenant of Muster, or a user of another server. */
  from: { name: string } | { user: string; password: string };
  to: { name: string };
  toUrl?: string;
  state: string;
}

/** Runs the command from one tenant to another. */
export async function runImport({ url, from, to, toUrl = url, state }: Way, ...more: string[]) {
  const { user, password } =
    'name' in from ? { user: `${from.name}\\boss`, password: 'a-quiet-secret' } : from;
  const output = { out: '', err: '' };
  const collect = (name: 'out' | 'err') => (text: string | Uint8Array) => {
    output[name] += text;
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(collect('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(collect('err')),
  ];
  try {
    const code = await runCommand([
      ...['import', 'hawkbit', '--url', url, '--user', user, '--password', password],
      ...['--to', toUrl, '--to-user', `${to.name}\\boss`, '--to-password', 'a-quiet-secret'],
      ...['--state', state, ...more],
    ]);
    // Without the lines that show how far it is.
    return { code, out: output.out, err: output.err.replace(/^[a-z -]+: [\d,]+( of [\d,]+)?\n/gm, '') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
