import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { join, sep } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { openCalls } from '../../../../src/services/platform/outgoing/calls.ts';
import { openExchanges } from '../../../../src/services/platform/outgoing/exchanges.ts';
import type { RequesterOptions } from '../../../../src/services/platform/outgoing/request.ts';
import { openSender } from '../../../../src/services/platform/outgoing/send.ts';
import { newSigningSecret } from '../../../../src/services/platform/outgoing/sign.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { listWebhooks } from '../../../../src/services/platform/webhooks/list.ts';
import type { Platform } from '../../../../src/services/shared/context.ts';
import { ALONE } from '../../../support/alone.ts';
import { createMigratedDatabase } from '../../../support/database.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { process } from '../webhooks/support.ts';

/* What is sent to addresses that tenants name goes one way, and never to a private one. */

const SRC = join(import.meta.dirname, '../../../../src');

/** Code that reaches other machines, and why tenants can't say which. */
const CALLS_OUT: Readonly<Record<string, string>> = {
  'services/platform/outgoing/request.ts': 'the one way to addresses that tenants name',
  'services/platform/outgoing/addresses.ts': 'its look-up of names',
  'services/access/issuer.ts': 'the issuer that the operator trusts',
  'services/access/issuer-sign-in.ts': 'the same',
  'database/link.ts': 'the database',
  'storage/s3.ts': "the operator's store",
  'tracing/open-telemetry.ts': "the operator's collector",
  'api/graphql/server/graphiql-page.ts': 'a page: it runs in a browser',
};
const BY_NODE =
  /import (?:\w+|\* as \w+|\{[^}]*\b(?:request|get|Agent|globalAgent|connect|createConnection|lookup|resolve\w*|Resolver)\b[^}]*\}) from 'node:(?:http|https|http2|net|tls|dns|dns\/promises|dgram)'/;
const BY_ITSELF = /(?<![.\w])fetch\((?!tenant,)|\bnew (?:WebSocket|EventSource)\(|createRemoteJWKSet/;
const BY_PACKAGE =
  /from 'openid-client'|import\('@aws-sdk|from '@aws-sdk|from '@opentelemetry\/exporter|'undici'/;

it('no other code of the server reaches other machines', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !/^(cli|console)\//.test(file));
  expect(files.length).toBeGreaterThan(500);
  const calling = files.filter((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    return [BY_NODE, BY_ITSELF, BY_PACKAGE].some((calls) => calls.test(text));
  });
  expect(calling.sort()).toEqual(Object.keys(CALLS_OUT).sort());
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on this machine that must not be reached, or only once. */
async function innerServer(location?: string) {
  const seen = { connections: 0, requests: 0 };
  const server = createServer((_request, response) => {
    seen.requests++;
    response.writeHead(location ? 307 : 200, location ? { location } : {}).end('{}');
  }).on('connection', () => seen.connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  servers.push(server);
  return { seen, port: (server.address() as AddressInfo).port };
}

const key = { tenantId: 1, id: 1 };
const message = { id: '1', contentType: 'application/json', body: '{}', answerBytes: 100 };
const clock = () => new Date();
type Said = Promise<{ reason: string | null }>;

/** All that sends to what tenants name, with the reason why a request was not taken. */
const SENDERS: [string, (options: RequesterOptions) => { send: (url: string) => Said; close(): void }][] = [
  [
    'webhooks',
    (options) => {
      const sender = openSender({ ...options, clock });
      const secret = newSigningSecret();
      return {
        send: async (url) => ({ reason: (await sender.send({ url, secret }, message)).error }),
        close: sender.close,
      };
    },
  ],
  [
    'enrollment hooks',
    (options) => {
      const calls = openCalls(openSender({ ...options, clock }), { open: newSigningSecret }, ALONE);
      return {
        send: (url) => calls.call({ key, url, secret: '' }, message, async (text) => text) as never,
        close: calls.close,
      };
    },
  ],
  [
    'EST servers',
    (options) => {
      const exchanges = openExchanges(options, ALONE);
      const outgoing = { headers: {}, body: 'x', answerBytes: 100, patienceMs: 10_000 };
      return {
        send: (url) =>
          exchanges.exchange(key, { ...outgoing, url }, ({ error }) => ({
            kind: 'failed',
            reason: String(error),
          })) as never,
        close: exchanges.close,
      };
    },
  ],
];

const PUBLIC = '8.8.8.8';
const FORBIDDEN = /does not lead to a public address/;

/** Resolves a name to one answer after the other. */
function answering(...answers: (string | string[])[]) {
  const lookup: LookupFunction = (_name, { all }, answer) => {
    const found = [answers.shift()!].flat().map((address) => ({ address, family: 4 }));
    // Later, as the system's does.
    setImmediate(() => (all ? answer(null, found) : answer(null, found[0]!.address, 4)));
  };
  return { lookup, left: () => answers.length };
}

describe.each(SENDERS)('%s', (_, open) => {
  it('are not led to a private address by a name that led to a public one before', async () => {
    const inner = await innerServer();
    const { lookup, left } = answering(PUBLIC, '127.0.0.1', '127.0.0.1');
    // From there no packet leaves this machine: the system refuses to connect to a public address.
    const connection = { lookup, localAddress: '127.0.0.1' };
    const { send, close } = open({ allowPrivate: false, connection });
    const url = `https://rebound.example:${inner.port}/`;
    expect((await send(url)).reason, 'a public one would be reached').toMatch(/EINVAL|ENETUNREACH|EADDRNOT/);
    for (let nth = 0; nth < 2; nth++) expect((await send(url)).reason).toMatch(FORBIDDEN);
    expect(left()).toBe(0);
    expect(inner.seen.connections).toBe(0);
    close();
  });

  it('are not led to a private address by a name that has a public one, too', async () => {
    const inner = await innerServer();
    const both = [PUBLIC, '127.0.0.1'];
    const { lookup } = answering(both, both.toReversed());
    const { send, close } = open({ allowPrivate: false, connection: { lookup } });
    for (let nth = 0; nth < 2; nth++)
      expect((await send(`https://both.example:${inner.port}/`)).reason).toMatch(FORBIDDEN);
    expect(inner.seen.connections).toBe(0);
    close();
  });

  it('follow no redirect, wherever it leads', async () => {
    const inner = await innerServer();
    const outer = await innerServer(`http://127.0.0.1:${inner.port}/`);
    const { send, close } = open({ allowPrivate: true });
    expect((await send(`http://127.0.0.1:${outer.port}/`)).reason).toMatch(/307, and redirects/);
    expect([outer.seen.requests, inner.seen.connections]).toEqual([1, 0]);
    close();
  });
});

describe('a server that sends to public addresses only', async () => {
  const { connection, drop } = await createMigratedDatabase();
  // One that allows private ones has taken the addresses before.
  const lax = await openTestPlatform(connection);
  const strict = await openTestPlatform(connection, undefined, undefined, false);
  afterAll(async () => {
    for (const { close } of [lax, strict]) await close();
    await drop();
  });
  const send: [string, (platform: Platform, url: string) => Said][] = [
    [
      'a webhook',
      async (platform, url) => {
        const { contextOf } = await newTenant(lax.platform);
        await createWebhook({ ...lax.platform, ...contextOf() }, { name: 'w', url });
        await createTargets(contextOf(), { targets: [{ controllerId: 'a' }] });
        const webhooks = process(platform);
        await webhooks.look();
        await webhooks.close();
        const { items } = await (await listWebhooks(contextOf(), {})).page();
        return { reason: items[0]!.lastError };
      },
    ],
    [
      'an enrollment hook',
      ({ calls, secrets }, url) => {
        const secret = secrets.seal(newSigningSecret());
        return calls.call({ key, url, secret }, message, async (text) => text) as never;
      },
    ],
    [
      'an EST server',
      ({ exchanges }, url) =>
        exchanges.exchange(key, { url, headers: {}, answerBytes: 100, patienceMs: 10_000 }, ({ error }) => ({
          kind: 'failed',
          reason: String(error),
        })) as never,
    ],
  ];
  it.each(send)('does not reach %s on this machine', async (_, to) => {
    const inner = await innerServer();
    const { reason } = await to(strict.platform, `https://127.0.0.1:${inner.port}/`);
    expect(reason).toMatch(FORBIDDEN);
    expect(inner.seen.connections).toBe(0);
  });
});
