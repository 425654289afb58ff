import { randomUUID } from 'node:crypto';
import { type Answer, basic, clientOf, type Request } from '../support/server.ts';

/** What is asked at a door. */
interface Ask {
  door: string;
  send: (client: ReturnType<typeof clientOf>) => Promise<Answer>;
}

const QUERY = { query: '{ targets(first: 1) { nodes { name } } }' };
const CREATE = {
  query: `mutation { createTargets(input: { targets: [{ controllerId: "x" }] }) { targets { controllerId } userErrors { code } } }`,
};
const post =
  (path: string, json: unknown): Ask['send'] =>
  (client) =>
    client(path, { method: 'POST', json });
/** Well-formed, and of nothing. */
const TOKEN = `1-1-${'a'.repeat(43)}`;
const formWithFile = () => {
  const form = new FormData();
  form.append('file', new Blob(['content']), 'f');
  return form;
};
const CSV = { 'content-type': 'text/csv' };
const PREFLIGHT = { 'apollo-require-preflight': 'true' };
const FEEDBACK = { status: { execution: 'closed', result: { finished: 'success' } } };

/** One that nobody has asked about, so that nothing is remembered of it. */
const device =
  (path: string, request: Request = {}): Ask['send'] =>
  (client) =>
    client(`/DEFAULT/controller/v1/${randomUUID()}${path}`, {
      ...request,
      headers: { authorization: 'TargetToken x' },
    });

/** One of each kind: every door that needs the database. */
export const ASKS: readonly Ask[] = [
  { door: 'a list of the Management API', send: (client) => client('/rest/v1/targets') },
  { door: 'a creation by it', send: post('/rest/v1/targets', [{ controllerId: 'y' }]) },
  {
    door: 'an upload by it',
    send: (client) =>
      client('/rest/v1/softwaremodules/1/artifacts', { method: 'POST', body: formWithFile() }),
  },
  { door: 'a GraphQL query', send: post('/graphql', QUERY) },
  { door: 'a GraphQL mutation', send: post('/graphql', CREATE) },
  {
    door: 'a GraphQL query by GET',
    send: (client) => client(`/graphql?${new URLSearchParams(QUERY)}`, { headers: PREFLIGHT }),
  },
  { door: 'a sign-in', send: post('/graphql/session', { username: 'admin', password: 'admin' }) },
  { door: 'a poll of an unknown device', send: device('') },
  { door: 'a deployment', send: device('/deploymentBase/1') },
  { door: 'a download', send: device('/softwaremodules/1/artifacts/f') },
  { door: 'feedback', send: device('/deploymentBase/1/feedback', { method: 'POST', json: FEEDBACK }) },
  { door: 'attributes', send: device('/configData', { method: 'PUT', json: { data: { a: 'b' } } }) },
  {
    door: 'an import',
    send: (client) => client('/imports', { method: 'POST', headers: CSV, body: 'controllerId\nz\n' }),
  },
  { door: 'an export', send: (client) => client('/exports?format=csv') },
  { door: 'an upload', send: (client) => client(`/uploads/${TOKEN}`, { method: 'PUT', body: 'content' }) },
];

export interface Told {
  door: string;
  status: number;
  retryAfter: string | null;
  ms: number;
  json: Answer['json'];
}

/** Asks at all doors at the same time. */
export function askAll({ url }: { url: string }): Promise<Told[]> {
  const client = clientOf({ url }, basic('admin', 'admin'));
  return Promise.all(
    ASKS.map(async ({ door, send }) => {
      const began = performance.now();
      const { status, headers, json } = await send(client);
      return { door, status, json, retryAfter: headers.get('retry-after'), ms: performance.now() - began };
    }),
  );
}
