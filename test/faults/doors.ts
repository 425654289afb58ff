import { type Answer, basic, clientOf } from '../support/server.ts';

/** What is asked at a door, and how it is told that the database can't be had. */
interface Ask {
  door: string;
  send: (client: ReturnType<typeof clientOf>) => Promise<Answer>;
}

const QUERY = { query: '{ targets(first: 1) { totalCount } }' };
const CREATE = {
  query: `mutation { createTargets(input: { targets: [{ controllerId: "x" }] }) { targets { controllerId } userErrors { code } } }`,
};
const post =
  (path: string, json: unknown): Ask['send'] =>
  (client) =>
    client(path, { method: 'POST', json });
const csv = { 'content-type': 'text/csv' };

/** One of each kind: every door that needs the database. */
export const ASKS: readonly Ask[] = [
  { door: 'a list of the Management API', send: (client) => client('/rest/v1/targets') },
  { door: 'a creation by it', send: post('/rest/v1/targets', [{ controllerId: 'y' }]) },
  { door: 'a GraphQL query', send: post('/graphql', QUERY) },
  { door: 'a GraphQL mutation', send: post('/graphql', CREATE) },
  { door: 'a GraphQL query by GET', send: (client) => client('/graphql?query=%7Btenant%7Bname%7D%7D') },
  { door: 'a sign-in', send: post('/graphql/session', { username: 'admin', password: 'admin' }) },
  { door: 'a poll of an unknown device', send: (client) => client('/DEFAULT/controller/v1/nobody') },
  { door: 'a deployment', send: (client) => client('/DEFAULT/controller/v1/nobody/deploymentBase/1') },
  {
    door: 'a download',
    send: (client) => client('/DEFAULT/controller/v1/nobody/softwaremodules/1/artifacts/f'),
  },
  {
    door: 'an import',
    send: (client) => client('/imports', { method: 'POST', headers: csv, body: 'controllerId\nz\n' }),
  },
  { door: 'an export', send: (client) => client('/exports?format=csv') },
  { door: 'an upload', send: (client) => client('/uploads/some-token', { method: 'PUT', body: 'content' }) },
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
