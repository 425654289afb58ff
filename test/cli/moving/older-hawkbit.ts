import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basic } from '../../support/server.ts';

/** What it has recorded for a path; a text is HTML, a number a status without a body. */
type Answers = Record<string, unknown>;

export interface OlderHawkbit {
  url: string;
  /** The paths that were asked for, with their queries. */
  asked: string[];
  answers: Answers;
  /** Called before each answer; true when it has answered itself. */
  before: (path: string, response: ServerResponse) => boolean;
  stop(): void;
}

const page = (content: object[]) => ({ content, total: content.length, size: content.length });
const link = (href: string) => ({ _links: { self: { href: `http://hawkbit.example/rest/v1/${href}` } } });
const by = { createdBy: 'CONTROLLER_PLUG_AND_PLAY', createdAt: 1, lastModifiedBy: 'x', lastModifiedAt: 2 };

/** Answers as an older hawkBit does: no groups, no locks, no auto-confirmation, types without keys, links and nulls. */
const recorded = (targetCount: number): Answers => ({
  softwaremoduletypes: page([
    {
      ...by,
      id: 4,
      key: 'os',
      name: 'OS',
      maxAssignments: 1,
      deleted: false,
      ...link('softwaremoduletypes/4'),
    },
  ]),
  distributionsettypes: page([{ ...by, id: 9, key: 'os_old', name: 'OS old', deleted: false }]),
  'distributionsettypes/9/mandatorymoduletypes': [{ id: 4, key: 'os', name: 'OS', ...link('x') }],
  'distributionsettypes/9/optionalmoduletypes': [],
  targettypes: page([{ ...by, id: 31, name: 'Gateway', colour: '#000000', ...link('targettypes/31') }]),
  'targettypes/31/compatibledistributionsettypes': [],
  'system/configs': {
    pollingTime: { value: '00:10:00', global: true, links: [{ rel: 'self', href: 'x' }] },
    'some.old.setting': { value: true, global: true },
    'multi.assignments.enabled': { value: true, global: false },
  },
  targettags: page([{ ...by, id: 7, name: 'north', colour: null, description: null }]),
  'targettags/7/assigned': page([{ controllerId: 'dev-0' }, { controllerId: 'dev-3' }]),
  distributionsettags: page([]),
  softwaremodules: page([
    { ...by, id: 50, name: 'fw', version: '1', type: 'os', vendor: null, deleted: false },
  ]),
  'softwaremodules/50/metadata': page([{ key: 'a', value: 'b', targetVisible: false }]),
  'softwaremodules/50/artifacts': [
    {
      ...by,
      id: 60,
      providedFilename: 'fw.bin',
      size: 3,
      hashes: { md5: '900150983cd24fb0d6963f7d28e17f72' },
    },
  ],
  distributionsets: page([{ ...by, id: 70, name: 'fw', version: '1', type: 'os_old', complete: true }]),
  'distributionsets/70/assignedSM': page([{ id: 50, name: 'fw', version: '1', type: 'os' }]),
  'distributionsets/70/metadata': page([]),
  'distributionsets/70/installedTargets': page([{ controllerId: 'dev-1' }]),
  targets: page(
    Array.from({ length: targetCount }, (_, index) => ({
      ...by,
      controllerId: `dev-${index}`,
      name: `dev-${index}`,
      securityToken: `${index}`.padStart(32, '0'),
      updateStatus: 'registered',
      requestAttributes: false,
      ...(index === 2 && { targetType: 31, ipAddress: '10.0.0.1', address: 'http://10.0.0.1' }),
      ...link(`targets/dev-${index}`),
    })),
  ),
  targetfilters: page([{ ...by, id: 80, name: 'f', query: 'name==dev-*', autoAssignDistributionSet: 70 }]),
  rollouts: page([
    { ...by, id: 90, name: 'over', status: 'finished', targetFilterQuery: 'name==*', distributionSetId: 70 },
  ]),
});

/** A server with recorded answers, for admin with the password secret. */
export async function startOlderHawkbit(targetCount: number): Promise<OlderHawkbit> {
  const hawkbit: OlderHawkbit = {
    url: '',
    asked: [],
    answers: recorded(targetCount),
    before: () => false,
    stop: () => void server.close().closeAllConnections(),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    const path = decodeURIComponent(pathname.replace('/rest/v1/', ''));
    hawkbit.asked.push(request.url!.replace('/rest/v1/', ''));
    if (hawkbit.before(path, response)) return;
    const send = (status: number, body?: unknown) =>
      response
        .writeHead(status, {
          'Content-Type': typeof body === 'string' ? 'text/html' : 'application/hal+json',
        })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    if (request.headers.authorization !== basic('admin', 'secret')) return send(401, { status: 401 });
    if (path.endsWith('/download')) return response.end('abc');
    if (searchParams.get('q')?.includes('autoconfirm')) return send(400, { message: 'no such field' });
    const answer = Object.hasOwn(hawkbit.answers, path) ? hawkbit.answers[path] : detailsOf(path);
    if (typeof answer === 'number') return send(answer, { message: 'in its words' });
    const list = answer as { content?: unknown[] };
    if (!Array.isArray(list.content)) return send(200, answer);
    const from = Number(searchParams.get('offset') ?? 0);
    const content = list.content.slice(from, from + Math.min(Number(searchParams.get('limit') ?? 50), 500));
    send(200, { content, total: list.content.length, size: content.length });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hawkbit.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hawkbit;
}

/** What belongs to a single target; 404 where an older hawkBit has no such path. */
function detailsOf(path: string): unknown {
  const [, number, part] = /^targets\/dev-(\d+)\/(\w+)$/.exec(path) ?? [];
  if (part === 'attributes') return { serial: `S${number}` };
  if (part === 'metadata') return page(Number(number) % 100 ? [] : [{ key: 'note', value: `n${number}` }]);
  return 404;
}
