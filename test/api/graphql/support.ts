import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openBrowsers } from '../../../src/api/browsers.ts';
import { openGraphql } from '../../../src/api/graphql/server/server.ts';
import { openProxies } from '../../../src/api/http.ts';
import { openRouteBook } from '../../../src/api/openapi/operation.ts';
import { unauthenticated } from '../../../src/errors.ts';
import type { Permission, Role } from '../../../src/services/access/grants.ts';
import type { Caller, Context } from '../../../src/services/shared/context.ts';
import { type Sent, send } from '../../support/http.ts';
import { newTenant, openTestPlatform, type TestPlatform, type TestTenant } from '../../support/platform.ts';

export const BODY_LIMIT = 1 << 20;

// biome-ignore lint/suspicious/noExplicitAny: the answers of tests are looked at in any way
export type Any = any;
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  data: Any;
  errors: Any[];
}
export type Ask = (query: string, variables?: object) => Promise<Answer>;

/** A GraphQL door on a port of its own, and for each test a tenant of its own. */
export function openTestDoor() {
  const door = {
    url: '',
    logged: [] as unknown[],
    statements: 0,
    tenant: undefined as unknown as TestTenant,
    platform: undefined as unknown as TestPlatform['platform'],
    /** Asks as a caller with every permission, unless told otherwise. */
    as: (permissions?: readonly Permission[], roles?: readonly Role[], username?: string): Ask =>
      door.asCaller(door.tenant.contextOf(permissions, roles, username)),
    asCaller: ({ caller }: Context): Ask => {
      const token = `Test ${callers.length}`;
      callers.push(caller);
      return async (query, variables) =>
        door.send({
          method: 'POST',
          headers: { authorization: token, 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        });
    },
    /** The header of a caller with every permission. */
    authorization: () => {
      callers.push(door.tenant.contextOf().caller);
      return { authorization: `Test ${callers.length - 1}` };
    },
    send: async (what: Sent, path = ''): Promise<Answer> => {
      const { status, headers, text } = await send(`${door.url}${path}`, what);
      const isJson = headers.get('content-type')?.includes('json');
      const { data, errors = [] } = isJson ? JSON.parse(text) : {};
      return { status, headers, text, data, errors };
    },
  };
  const callers: Caller[] = [];
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    const { platform, client, close } = await openTestPlatform();
    door.platform = platform;
    for (const name of ['unsafe', 'begin'] as const) {
      const send = client[name] as (...call: unknown[]) => unknown;
      const counted = (...call: unknown[]) => {
        door.statements++;
        return send(...call);
      };
      Object.assign(client, { [name]: counted });
    }
    const proxies = openProxies('loopback', undefined);
    const graphql = await openGraphql({
      routes: openRouteBook(),
      platform,
      proxies,
      browsers: openBrowsers(proxies, []),
      signInWays: { password: true, openIdConnect: null },
      signIn: async (credentials) => {
        const caller = callers[Number(/^Test (\d+)$/.exec(String(credentials))?.[1] ?? Number.NaN)];
        if (!caller) throw unauthenticated();
        return caller;
      },
      bodyLimit: BODY_LIMIT,
      log: (error) => void door.logged.push(error),
    });
    const server = createServer(express().use('/graphql', graphql.router));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    door.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    closing.push(
      () => server.close(),
      () => server.closeAllConnections(),
      () => graphql.close(),
      close,
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  beforeEach(async () => {
    door.tenant = await newTenant(door.platform);
    door.logged.length = 0;
  });
  return door;
}

export const codesOf = ({ errors }: Answer) => errors.map(({ extensions }) => extensions?.code);

/** Creates targets `d-1`, `d-2`, … of the test's tenant. */
export async function createTargets(ask: Ask, count: number, more: object = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `d-${String(index + 1).padStart(3, '0')}`);
  const { data } = await ask(
    'mutation ($input: CreateTargetsInput!) { createTargets(input: $input) { userErrors { message } } }',
    { input: { targets: ids.map((controllerId) => ({ controllerId, ...more })) } },
  );
  if (data.createTargets.userErrors.length) throw new Error(JSON.stringify(data));
  return ids;
}

/** Creates a target type; its id. */
export async function createType(ask: Ask, name: string): Promise<string> {
  const { data } = await ask(
    'mutation ($n: String) { createTargetTypes(input: { targetTypes: [{ name: $n }] }) { targetTypes { id } } }',
    { n: name },
  );
  return data.createTargetTypes.targetTypes[0].id;
}

/** The ids of targets; a name that no target has stays as it is. */
export async function targetIds(ask: Ask, ...controllerIds: string[]): Promise<string[]> {
  const { data } = await ask(
    'query ($filter: String) { targets(first: 500, filter: $filter) { nodes { id controllerId } } }',
    {
      filter: `id=in=(${controllerIds.map((id) => `"${id}"`).join()})`,
    },
  );
  const ids = new Map<string, string>(data.targets.nodes.map((node: Any) => [node.controllerId, node.id]));
  return controllerIds.map((name) => ids.get(name) ?? name);
}
