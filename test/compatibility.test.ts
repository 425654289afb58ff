import { readFileSync } from 'node:fs';
import type { Router } from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { deviceRouter } from '../src/api/ddi/router.ts';
import { openRouteBook, type RouteBook } from '../src/api/openapi/operation.ts';
import { type RestOptions, restRouter } from '../src/api/rest/router.ts';
import { clientOf, createServedTenant, startTestServer } from './support/server.ts';

interface Row {
  path: string;
  methods: string[];
  state: string;
  why: string;
}

const rows = readRows(readFileSync(new URL('../docs/compatibility.md', import.meta.url), 'utf8'));
const listed = rows.flatMap(({ path, methods }) => methods.map((method) => `${method} ${plain(path)}`));

function readRows(text: string): Row[] {
  const lines = text.matchAll(/^\| `(\/.*?)` \| ([A-Z ]+) \| (\w+) \| ?(.*?) ?\|$/gm);
  return [...lines].map(([, path, methods, state, why]) => ({
    path: path!,
    methods: methods!.split(' '),
    state: state!,
    why: why!,
  }));
}

/** A path without the names of what varies; a sum is served by the file's own route. */
function plain(path: string): string {
  return path.replace(/\{\w+\}|:\w+/g, '{}').replace(/\.MD5SUM$/, '');
}

/** What a router and those below it answer. */
function routesOf(router: Router, base: string): string[] {
  return router.stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? routesOf(handle as unknown as Router, `${base}/v1`) : [];
    const methods = route.stack.flatMap(({ method }: { method?: string }) => method ?? []);
    return [...new Set<string>(methods)].map(
      (method) => `${method.toUpperCase()} ${plain(base + route.path)}`,
    );
  });
}

it('says of each path and method that it is done, or why it differs', () => {
  expect(rows.length).toBeGreaterThan(100);
  for (const { path, state, why } of rows) {
    expect(['done', 'different'], path).toContain(state);
    expect(why !== '', path).toBe(state === 'different');
  }
  const each = rows.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`));
  expect(each).toEqual([...new Set(each)]);
});

it('lists the routes that there are, and no others', () => {
  // Only their routes are looked at.
  const management = restRouter({ bodyLimit: 0, routes: openRouteBook() as RouteBook } as RestOptions);
  const devices = deviceRouter({} as never, {} as never, { bodyLimit: 0, routes: openRouteBook() }, () => {});
  const poll = 'GET /{}/controller/v1/{}'; // answered before any router
  const registered = [poll, ...routesOf(management, '/rest'), ...routesOf(devices, '')];
  expect(registered.filter((route) => !listed.includes(route))).toEqual([]);
  expect(listed.filter((route) => !registered.includes(route))).toEqual([]);
});

it('is served as listed', async () => {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  const { name, admin } = await createServedTenant(server);
  await admin('/rest/v1/targets', {
    method: 'POST',
    json: [{ controllerId: 'device', securityToken: 'token' }],
  });
  const device = clientOf(server, 'TargetToken token');

  const served: Record<string, string[]> = {};
  const wanted: Record<string, string[]> = {};
  for (const { path, methods } of rows) {
    wanted[path] = [...(wanted[path] ?? []), ...methods].sort();
    const asked = path
      .replace('{tenant}', name)
      .replace('{controllerId}', 'device')
      .replace(/\{\w+\}/g, '1');
    const client = path.startsWith('/rest') ? admin : device;
    const { headers } = await client(asked, { method: 'OPTIONS' });
    served[path] = (headers.get('allow') ?? '')
      .split(/, ?/)
      .filter((method) => !['', 'OPTIONS', 'HEAD'].includes(method))
      .sort();
  }
  expect(served).toEqual(wanted);
});
