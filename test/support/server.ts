import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { type Level, multistream, pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import type { Connection } from '../../src/database/connection.ts';
import { listen } from '../../src/listening/listen.ts';
import { TIMEOUTS, type Timeouts } from '../../src/listening/timeouts.ts';
import { serve } from '../../src/server.ts';
import { createAdministeredDatabase, encryptedConnection, testConnection } from './database.ts';
import { newFolder } from './folder.ts';
import { send } from './http.ts';
import { logged } from './logged.ts';

export interface TestServer {
  url: string;
  /** What it logged, by default errors only: nothing, unless something nobody foresaw went wrong. */
  errors: string[];
  /** The folder where it keeps artifacts, unless the settings name another. */
  artifacts: string;
  /** Where its data is. */
  database: Connection;
  stop(): Promise<void>;
}

/** Serves in this process, on a free port and a database of this worker, or on the one given. */
export async function startTestServer(
  settings: Record<string, string> = {},
  database: Connection = settings['MUSTER_SECRET_KEY'] ? encryptedConnection() : testConnection(),
  timeouts: Partial<Timeouts> = {},
): Promise<TestServer> {
  // Of the machine's own settings and properties file nothing counts.
  const folder = newFolder();
  const own = {
    PORT: '0',
    MUSTER_CONFIG_FILE: '/dev/null',
    MUSTER_ARTIFACTS: folder,
    // The caches take their memory when they are opened.
    MUSTER_POLL_CACHE_ENTRIES: '20000',
  };
  const config = readConfig({ ...own, ...settings });
  const errors: string[] = [];
  const level = (settings['LOG_LEVEL'] ?? 'error') as Level;
  // All of it is looked through for secrets when a file's tests have run.
  const log = pino(
    { level: 'debug' },
    multistream([
      { level, stream: { write: (line: string) => void errors.push(line) } },
      { level: 'debug', stream: { write: logged } },
    ]),
  );
  const listening = await listen(config, undefined, { ...TIMEOUTS, ...timeouts });
  const { url, stop } = await serve(config, listening, {
    database: { connection: database, direct: database },
    log,
  });
  return {
    url,
    errors,
    artifacts: folder,
    database,
    // Without parameters, as hooks of tests take it.
    stop: () => stop(),
  };
}

/** A server on a database of its own, with the administrator admin/admin: for tests that change what all of a tenant share. */
export async function startOwnServer(settings: Record<string, string> = {}): Promise<TestServer> {
  const { connection, drop } = await createAdministeredDatabase();
  try {
    const server = await startTestServer(settings, connection);
    return {
      ...server,
      async stop() {
        await server.stop();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The body where it is JSON, else undefined. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  json: any;
  text: string;
}

export interface Request {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array | FormData;
}

export const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Sends requests to one server as one caller: `authorization` goes with each that has none of its own. */
export const clientOf =
  ({ url }: { url: string }, authorization?: string) =>
  async (path: string, { method = 'GET', headers = {}, json, body }: Request = {}): Promise<Answer> => {
    const response = await send(path.startsWith('http') ? path : url + path, {
      method,
      headers: {
        ...(authorization && { authorization }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? body : JSON.stringify(json),
    });
    const { text } = response;
    const isJson = /\bjson/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { ...response, json: isJson ? JSON.parse(text) : undefined };
  };

export type Client = ReturnType<typeof clientOf>;

/** Sends a GraphQL operation; what goes wrong on top level is thrown, unless `errors` are wanted. */
export async function graphql(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  any
> {
  const { status, json, text } = await client('/graphql', { method: 'POST', json: { query, variables } });
  if (!json?.data || json.errors) throw new Error(`GraphQL ${status}: ${text}`);
  return json.data;
}

export interface ServedTenant {
  name: string;
  /** The administrator's header. */
  authorization: string;
  admin: Client;
}

/** A tenant of the test's own, with an administrator. */
export async function createServedTenant(
  server: { url: string },
  openClient: (server: { url: string }, authorization: string) => Client = clientOf,
): Promise<ServedTenant> {
  const name = `T-${randomBytes(8).toString('hex')}`;
  const { createTenant } = await graphql(
    openClient(server, basic('admin', 'admin')),
    'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { name } userErrors { message } } }',
    { input: { name, adminUsername: 'boss', adminPassword: 'a-quiet-secret' } },
  );
  if (!createTenant.tenant) throw new Error(JSON.stringify(createTenant.userErrors));
  const authorization = basic(`${name}\\boss`, 'a-quiet-secret');
  return { name, authorization, admin: openClient(server, authorization) };
}
