/** What the load sends: each workload is a description that can be sent to another process, and is opened there. */
import { createHash, randomBytes } from 'node:crypto';

/** The device of that number, as `seed` makes it: every id has the same length, so that answers have, too. */
export const controllerIdOf = (number) => `device-${String(number).padStart(7, '0')}`;
export const tokenOf = (number) => createHash('md5').update(`bench ${number}`).digest('hex');

export const AUTHORIZATION = `Basic ${Buffer.from('admin:admin').toString('base64')}`;

/** Rows of one creation. The ids are new in every process and call. */
export function newRows(count) {
  const batch = randomBytes(8).toString('hex');
  return Array.from({ length: count }, (_, index) => ({
    controllerId: `new-${batch}-${index}`,
    name: `Device ${batch} ${index}`,
    description: 'made by the bench',
  }));
}

export const CREATE = `mutation Create($input: CreateTargetsInput!) {
  createTargets(input: $input) { targets { controllerId securityToken } userErrors { code message path } }
}`;
export const PAGE = `query Page($after: String) {
  targets(first: 50, after: $after) {
    nodes {
      controllerId name description address group updateStatus createdAt lastModifiedAt
      lastControllerRequestAt nextExpectedRequestAt overdue targetType { id name }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** The same under a filter, in any order, from anywhere. */
export const FILTERED = PAGE.replace(
  '($after: String)',
  '($filter: String, $after: String, $offset: Int, $orderBy: [TargetOrder!])',
).replace('after: $after', 'filter: $filter, after: $after, offset: $offset, orderBy: $orderBy');

const KINDS = {
  polls,
  uploads,
  feedback,
  updates,
  fleet,
  tenantPolls,
  downloads,
  file,
  restCreates,
  graphqlCreates,
  enrolls,
  gets,
  graphql,
  graphqlPages,
  filteredPages,
};

/** @returns {{ next: () => Buffer, refuses?: (body: string) => boolean }} */
export const openWorkload = ({ kind, ...options }) => KINDS[kind](options);

/** The devices poll in turn, each by its own token or all by one. `host` is what the answer's links are made of. */
function polls({ devices, first = 1, host, authorization }) {
  const requests = Array.from({ length: devices }, (_, index) =>
    pollRequest(first + index, host, { authorization }),
  );
  return { next: inTurn(requests) };
}

export const pollRequest = (
  number,
  host,
  { authorization = `TargetToken ${tokenOf(number)}`, tenant = 'DEFAULT' } = {},
) =>
  request('GET', `/${tenant}/controller/v1/${controllerIdOf(number)}`, {
    Host: host,
    Accept: 'application/hal+json',
    Authorization: authorization,
  });

/** The devices tell their attributes in turn; one of them is another at each turn. */
function uploads({ devices, host }) {
  const heads = Array.from({ length: devices }, (_, index) => ({
    path: `/DEFAULT/controller/v1/${controllerIdOf(index + 1)}/configData`,
    headers: {
      Host: host,
      'Content-Type': 'application/json',
      Authorization: `TargetToken ${tokenOf(index + 1)}`,
    },
  }));
  const nextHead = inTurn(heads);
  return {
    next() {
      const { path, headers } = nextHead();
      const data = { hwRevision: '2', region: 'eu-central', build: randomBytes(8).toString('hex') };
      return request('PUT', path, headers, JSON.stringify({ mode: 'merge', data }));
    },
  };
}

/** Of so many devices each says one thing before any says the next: their messages arrive in order. */
const TOGETHER = 200;
const ON_THE_WAY = 3;

/** Each is a new device that gets a certificate. The server takes no name from the request, so one is enough for all. */
function enrolls({ path, token, body, host }) {
  const batch = randomBytes(8).toString('hex');
  let made = 0;
  return {
    next: () =>
      request(
        'POST',
        path,
        {
          Host: host,
          'Content-Type': 'application/pkcs10',
          Authorization: `Basic ${btoa(`enrolled-${batch}-${made++}:${token}`)}`,
        },
        body,
      ),
  };
}

/** What the devices report about these actions, again and again: `{ index, actionId, isEnd }`. */
export function feedbackInTurn(actionIds) {
  let said = 0;
  return () => {
    const turn = Math.floor(said / TOGETHER);
    const step = turn % (ON_THE_WAY + 1);
    const index = (Math.floor(turn / (ON_THE_WAY + 1)) * TOGETHER + (said % TOGETHER)) % actionIds.length;
    said++;
    return { index, actionId: actionIds[index], isEnd: step === ON_THE_WAY };
  };
}

/** The device of each index reports about its action. */
function feedback({ actionIds, host }) {
  const nextReport = feedbackInTurn(actionIds);
  const bodyOf = (execution, finished, details) =>
    JSON.stringify({ status: { execution, result: { finished }, details: [details] } });
  const onTheWay = bodyOf('proceeding', 'none', 'the device has reported');
  const atTheEnd = bodyOf('closed', 'success', 'the device has reported');
  return {
    next() {
      const { index, actionId, isEnd } = nextReport();
      const path = `/DEFAULT/controller/v1/${controllerIdOf(index + 1)}/deploymentBase/${actionId}/feedback`;
      const headers = {
        Host: host,
        'Content-Type': 'application/json',
        Authorization: `TargetToken ${tokenOf(index + 1)}`,
      };
      return request('POST', path, headers, isEnd ? atTheEnd : onTheWay);
    },
  };
}

/** What a device tells on its way through an update, in this order. */
const REPORTS = [
  ['download', 'none', 'downloading'],
  ['downloaded', 'none', 'the file is here'],
  ['proceeding', 'none', 'installing'],
  ['proceeding', 'none', 'restarting'],
  ['closed', 'success', 'installed'],
];

/** Each device in turn goes through one whole update, by the links that it is given; ends when all have. */
function updates({ devices, first = 1, host }) {
  let begun = 0;
  return {
    *openTalk() {
      while (begun < devices) yield* update(first + begun++, host);
    },
  };
}

/** The tenant of a device that `seed` has put into one of so many. */
export const tenantOf = (number, tenants) => `tenant-${(number - 1) % tenants}`;

/** The devices poll in turn, each in its tenant, until there were so many polls. */
function tenantPolls({ devices, tenants, polls, host }) {
  let polled = 0;
  const next = () => {
    const number = 1 + (polled++ % devices);
    return pollRequest(number, host, { tenant: tenantOf(number, tenants) });
  };
  return {
    *openTalk() {
      while (polled < polls) yield next();
    },
  };
}

/** One connection of so many has updates. */
const UPDATING_ONE_OF = 4;

/** The devices poll in turn until there were so many polls; others go through updates meanwhile. */
function fleet({ devices, first, polls, updates: updating, host }) {
  let polled = 0;
  let opened = 0;
  const updatesOf = updating && updates({ ...updating, host });
  return {
    *openTalk() {
      if (updatesOf && opened++ % UPDATING_ONE_OF === 0) yield* updatesOf.openTalk();
      while (polled < polls) yield pollRequest(first + (polled++ % devices), host);
    },
  };
}

/** @returns {Generator<Buffer, void, () => string>} it sends requests and is told the answers' bodies */
function* update(number, host) {
  const root = `/DEFAULT/controller/v1/${controllerIdOf(number)}`;
  const headers = {
    Host: host,
    Accept: 'application/hal+json',
    Authorization: `TargetToken ${tokenOf(number)}`,
  };
  const follow = ({ href }) => request('GET', href.slice(href.indexOf('/DEFAULT')), headers);

  const { _links: links } = JSON.parse((yield request('GET', root, headers))());
  const { id, deployment } = JSON.parse((yield follow(links.deploymentBase))());
  for (const { artifacts } of deployment.chunks)
    for (const { _links: files } of artifacts) yield follow(files['download-http']);
  for (const [execution, finished, details] of REPORTS) {
    const body = JSON.stringify({ status: { execution, result: { finished }, details: [details] } });
    const path = `${root}/deploymentBase/${id}/feedback`;
    yield request('POST', path, { ...headers, 'Content-Type': 'application/json' }, body);
  }
  const last = (yield request('GET', root, headers))();
  if (last.includes('deploymentBase')) throw new Error(`not at the end: ${last}`);
}

/** The devices fetch the same file in turn; `path` is below each one's own. */
function downloads({ devices, first = 1, path, host }) {
  const requests = Array.from({ length: devices }, (_, index) =>
    request('GET', `/DEFAULT/controller/v1/${controllerIdOf(first + index)}${path}`, {
      Host: host,
      Authorization: `TargetToken ${tokenOf(first + index)}`,
    }),
  );
  return { next: inTurn(requests) };
}

/** Anybody fetches the same file again and again. */
function file({ path, host }) {
  const asked = request('GET', path, { Host: host });
  return { next: () => asked };
}

function restCreates({ rows, host }) {
  const headers = administrator(host);
  return { next: () => request('POST', '/rest/v1/targets', headers, JSON.stringify(newRows(rows))) };
}

function graphqlCreates({ rows, host }) {
  const headers = administrator(host);
  return {
    next() {
      const variables = { input: { targets: newRows(rows) } };
      return request('POST', '/graphql', headers, JSON.stringify({ query: CREATE, variables }));
    },
    refuses: (body) => !body.includes('"userErrors":[]') || body.includes('"errors":['),
  };
}

/** The administrator reads these paths in turn. */
function gets({ paths, host }) {
  const headers = administrator(host);
  return { next: inTurn(paths.map((path) => request('GET', path, headers))) };
}

/** The administrator asks the same again and again. */
function graphql({ query, host }) {
  const asked = request('POST', '/graphql', administrator(host), JSON.stringify({ query }));
  return { next: () => asked, refuses: (body) => body.includes('"errors":[') };
}

/** The administrator reads the pages after these cursors in turn; null is the first page. */
function graphqlPages({ cursors, host }) {
  const headers = administrator(host);
  const requests = cursors.map((after) =>
    request('POST', '/graphql', headers, JSON.stringify({ query: PAGE, variables: { after } })),
  );
  return {
    next: inTurn(requests),
    refuses: (body) => body.includes('"errors":[') || !body.includes('"hasNextPage":true'),
  };
}

/** The administrator reads one page; it is to hold as many targets as expected. */
function filteredPages({ variables, expected, host }) {
  const body = JSON.stringify({ query: FILTERED, variables });
  const page = request('POST', '/graphql', administrator(host), body);
  return {
    next: () => page,
    refuses: (answer) => answer.split('"controllerId":').length - 1 !== expected,
  };
}

const administrator = (host) => ({
  Host: host,
  Accept: 'application/json',
  'Content-Type': 'application/json',
  Authorization: AUTHORIZATION,
});

function inTurn(list) {
  let at = 0;
  return () => list[at++ % list.length];
}

function request(method, path, headers, body) {
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}
