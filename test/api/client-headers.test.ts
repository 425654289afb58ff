import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, type Client, clientOf, createServedTenant, startTestServer } from '../support/server.ts';
import { type Deployed, openWorkshop, PROCEEDING } from './ddi/support.ts';

/*
 * The header forms of clients that are about: what they send is taken, and what they get is of a type they know. Answers
 * repeat what was asked for to the letter, as hawkBit's do.
 */

const server = await startTestServer();
afterAll(() => server.stop());

interface Form {
  client: string;
  /** Sent with reads; without it the client sends none. */
  accept?: string;
  gets: string;
  /** Sent with reports. */
  contentType: string;
  /** Sent when a file is fetched. */
  acceptOfFiles?: string;
}

const UTF8_JSON = 'application/json;charset=UTF-8';
const FORMS: Form[] = [
  {
    client: 'rauc-hawkbit-updater',
    accept: UTF8_JSON,
    gets: UTF8_JSON,
    contentType: UTF8_JSON,
    acceptOfFiles: 'application/octet-stream',
  },
  {
    client: 'swupdate',
    accept: 'application/json',
    gets: 'application/json',
    contentType: 'application/json',
  },
  { client: "Zephyr's", gets: 'application/hal+json', contentType: UTF8_JSON },
  {
    client: "an ESP32's",
    accept: 'application/hal+json',
    gets: 'application/hal+json',
    contentType: UTF8_JSON,
  },
  {
    client: 'rauc-hawkbit (Python)',
    accept: 'application/json',
    gets: 'application/json',
    contentType: 'application/json',
    acceptOfFiles: 'application/octet-stream',
  },
  {
    client: 'requests (Python)',
    accept: '*/*',
    gets: 'application/hal+json',
    contentType: 'application/json',
  },
  {
    client: "hawkBit's own, by Feign",
    accept: 'application/hal+json,application/json,application/cbor',
    gets: 'application/hal+json',
    contentType: 'application/json',
  },
  {
    client: 'one by RestTemplate',
    accept: 'application/json, application/*+json',
    gets: 'application/json',
    contentType: UTF8_JSON,
  },
  {
    client: 'one by HttpURLConnection',
    accept: 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    gets: 'application/hal+json',
    contentType: 'application/json; charset=UTF-8',
  },
  {
    client: 'one by Retrofit',
    accept: 'application/hal+json',
    gets: 'application/hal+json',
    contentType: 'application/json; charset=utf-8',
  },
  { client: "Go's", gets: 'application/hal+json', contentType: 'application/json' },
  {
    client: 'the Rust crate',
    accept: '*/*',
    gets: 'application/hal+json',
    contentType: 'application/json',
  },
  {
    client: 'one by axios',
    accept: 'application/json, text/plain, */*',
    gets: 'application/json',
    contentType: 'application/json;charset=utf-8',
  },
  {
    client: 'one by RestSharp',
    accept: 'application/json, text/json, text/x-json, text/javascript, application/xml, text/xml',
    gets: 'application/json',
    contentType: 'application/json; charset=utf-8',
  },
  {
    client: 'one that says it loudly',
    accept: 'Application/JSON ; Charset=utf-8 , */* ; q=0.1',
    gets: 'application/json;Charset=utf-8',
    contentType: 'APPLICATION/JSON ;CHARSET=UTF8',
  },
  {
    client: 'one that takes all after its own',
    accept: 'application/json;charset=UTF-8, */*',
    gets: UTF8_JSON,
    contentType: 'application/json; charset="utf-8"; odd=1',
  },
];

let tenant: string;
let deployed: Deployed;
let admin: Client;
beforeAll(async () => {
  const workshop = await openWorkshop(server);
  ({ tenant, admin } = workshop);
  deployed = await workshop.deploy({ 'f.bin': 'bytes' });
});

/** Sent by hand: fetch adds an `Accept` of its own. */
function exchange(path: string, headers: object, body?: string, method = 'GET') {
  return new Promise<{ status: number; type: string | undefined; text: string }>((resolve, reject) => {
    const sent = request(server.url + path, { method, headers: { ...headers } }, async (response) => {
      let text = '';
      for await (const piece of response) text += piece;
      resolve({ status: response.statusCode!, type: response.headers['content-type'], text });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const token = { authorization: 'TargetToken secret' };
const own = (path = '') => `/${tenant}/controller/v1/${deployed.controllerId}${path}`;

describe.each(FORMS)('$client client', ({ accept, gets, contentType, acceptOfFiles = accept }) => {
  const reads = { ...token, ...(accept && { accept }) };

  it('reads the device API', async () => {
    const base = `/deploymentBase/${deployed.actionId}`;
    const artifacts = `/softwaremodules/${deployed.moduleId}/artifacts`;
    for (const path of ['', base, '/confirmationBase', artifacts])
      expect(await exchange(own(path), reads), path).toMatchObject({ status: 200, type: gets });
  });

  it('is told of an error in JSON', async () => {
    const answer = await exchange(own('/deploymentBase/999999999'), reads);
    const type = gets.startsWith('application/json') ? gets : 'application/json';
    expect(answer).toMatchObject({ status: 404, type });
  });

  it('fetches files and their sums', async () => {
    const file = own(`/softwaremodules/${deployed.moduleId}/artifacts/f.bin`);
    const headers = { ...token, ...(acceptOfFiles && { accept: acceptOfFiles }) };
    expect(await exchange(file, headers)).toMatchObject({ status: 200, text: 'bytes' });
    expect((await exchange(`${file}.MD5SUM`, headers)).status).toBe(200);
  });

  it('reports and sends its attributes', async () => {
    const headers = { ...reads, 'content-type': contentType };
    const report = JSON.stringify({ status: PROCEEDING });
    const feedback = own(`/deploymentBase/${deployed.actionId}/feedback`);
    expect((await exchange(feedback, headers, report, 'POST')).status).toBe(200);
    const data = JSON.stringify({ data: { a: 'b' } });
    expect((await exchange(own('/configData'), headers, data, 'PUT')).status).toBe(200);
  });

  it('uses the Management API', async () => {
    const signedIn: { authorization: string; accept?: string } = {
      authorization: basic(`${tenant}\\boss`, 'a-quiet-secret'),
      ...(accept && { accept }),
    };
    for (const path of ['/rest/v1/targets', `/rest/v1/targets/${deployed.controllerId}`, '/rest/v1/userinfo'])
      expect(await exchange(path, signedIn), path).toMatchObject({ status: 200, type: gets });
    const missing = await exchange('/rest/v1/targets/nosuch', signedIn);
    // Errors are JSON, unless HAL is named.
    const namesIt = /hal\+json/i.test(accept ?? '') || gets.startsWith('application/json');
    const faults = namesIt ? gets : 'application/json';
    expect(missing).toMatchObject({ status: 404, type: faults });
    const headers = { ...signedIn, 'content-type': contentType };
    const created = await exchange('/rest/v1/targets', headers, '[]', 'POST');
    expect(created).toMatchObject({ status: 201, type: gets });
    const module = `/rest/v1/softwaremodules/${deployed.moduleId}/artifacts`;
    const [{ id }] = (await admin(module)).json;
    const { accept: _, ...without } = signedIn;
    const download = { ...without, ...(acceptOfFiles && { accept: acceptOfFiles }) };
    expect((await exchange(`${module}/${id}/download`, download)).status).toBe(200);
  });
});

describe('parameters do not matter', () => {
  const query = JSON.stringify({ query: '{ __typename }' });
  const of = (type: string) => [
    `${type};charset=UTF-8`,
    `${type} ; Foo = "bar, baz" ; q=0.9`,
    type.toUpperCase(),
  ];
  let signedIn: { authorization: string };
  beforeAll(async () => {
    const { authorization } = await createServedTenant(server);
    signedIn = { authorization };
  });

  it.each(of('application/json'))('in GraphQL: %s', async (type) => {
    for (const path of ['/graphql', '/graphql/']) {
      const headers = { ...signedIn, accept: type, 'content-type': type };
      expect(await exchange(path, headers, query, 'POST')).toMatchObject({
        status: 200,
        type: 'application/json; charset=utf-8',
      });
    }
    const get = await exchange('/graphql?query={__typename}', {
      ...signedIn,
      accept: type,
      'content-type': type,
    });
    expect(get.status).toBe(200);
    const session = await exchange('/graphql/session', { 'content-type': type }, '{}', 'POST');
    expect(session.status).toBe(400);
  });

  it.each(of('application/graphql-response+json'))('in what GraphQL answers: %s', async (accept) => {
    const headers = { ...signedIn, accept, 'content-type': 'application/json' };
    expect(await exchange('/graphql', headers, query, 'POST')).toMatchObject({
      status: 200,
      type: 'application/graphql-response+json; charset=utf-8',
    });
  });

  it.each(of('text/html'))('in GraphiQL: %s', async (accept) => {
    const answer = await exchange('/graphql', { accept });
    expect(answer).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  });

  it.each(['application/json;charset=UTF-8', 'text/html'])(
    'to what has one type only: %s',
    async (accept) => {
      for (const path of ['/imports', '/exports', '/health/live', '/metrics'])
        expect((await exchange(path, { ...signedIn, accept })).status, path).toBe(200);
    },
  );

  it.each(of('text/csv'))('in imports: %s', async (type) => {
    const headers = { ...signedIn, accept: 'application/json;charset=UTF-8', 'content-type': type };
    const answer = await exchange('/imports?dryRun=true', headers, 'controllerId\r\nx\r\n', 'POST');
    expect(answer.status).toBe(200);
  });

  it.each(['text/csv-schema', 'application/jsonx', 'multipart/form-data-x'])(
    'but names do, to their end: %s',
    async (type) => {
      const headers = { ...signedIn, 'content-type': type };
      for (const path of ['/imports', '/rest/v1/targets', '/graphql'])
        expect((await exchange(path, headers, 'x', 'POST')).status, path).toBe(415);
    },
  );

  it.each(['multipart/form-data;boundary=b', 'Multipart/Form-Data; charset=UTF-8; BOUNDARY="b"'])(
    'in uploads: %s',
    async (type) => {
      const module = { name: `m-${Math.random()}`, version: '1', type: 'application' };
      const json = { ...signedIn, 'content-type': 'application/json' };
      const created = await exchange('/rest/v1/softwaremodules', json, JSON.stringify([module]), 'POST');
      const path = `/rest/v1/softwaremodules/${JSON.parse(created.text)[0].id}/artifacts`;
      const form = `--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n`;
      const answer = await exchange(
        path,
        { ...signedIn, accept: UTF8_JSON, 'content-type': type },
        form,
        'POST',
      );
      expect(answer).toMatchObject({ status: 201, type: UTF8_JSON });
    },
  );
});

it('refuses a stranger as before', async () => {
  const stranger = clientOf(server, 'TargetToken wrong');
  const answer = await stranger(own(), { headers: { accept: UTF8_JSON } });
  expect([answer.status, answer.text]).toEqual([401, '']);
  expect(server.errors).toEqual([]);
});
