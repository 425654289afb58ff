import { Validator } from '@seriousme/openapi-schema-validator';
import express, { type Router } from 'express';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { routesOf as checkedRoutes, type World } from '../e2e/bad-input/rest-routes.ts';
import { clientOf, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let app: { router: Router };
// biome-ignore lint/suspicious/noExplicitAny: it is JSON
let document: any;
const ask = (path: string, headers: Record<string, string> = {}) => clientOf(server)(path, { headers });

beforeAll(async () => {
  const handle = vi.spyOn(express.application as unknown as { handle: (this: unknown) => void }, 'handle');
  server = await startTestServer({ MUSTER_TRUSTED_PROXIES: '127.0.0.1' });
  const answer = await ask('/openapi.json');
  app = handle.mock.contexts[0] as typeof app;
  handle.mockRestore();
  document = answer.json;
});
afterAll(() => server.stop());

/** Where routers are mounted. */
const MOUNTED = ['/rest', '/v1', '/graphql', '/imports', '/exports', '/uploads', '/.well-known/est'];
/** Pages for browsers, and their files. */
const PAGES = ['/', '/*path', '/assets/:file', '/graphql/assets/:file'];

/** What a router and those below it answer. */
function routesOf(router: Router, base = ''): string[] {
  return router.stack.flatMap((layer) => {
    const { route, handle } = layer;
    const below = layer as unknown as { slash: boolean; match(path: string): boolean };
    if (route)
      return route.stack
        .map(({ method }: { method?: string }) => method)
        .filter((method) => method !== undefined)
        .flatMap((method) =>
          [route.path].flat().map((path) => ({ method, path: `${base}${path === '/' && base ? '' : path}` })),
        )
        .filter(({ path }) => !PAGES.includes(path))
        .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    if (!('stack' in handle)) return [];
    const mount = below.slash ? '' : MOUNTED.find((path) => below.match(path));
    if (mount === undefined) throw new Error('A router is mounted at a path that is not listed here');
    return routesOf(handle as unknown as Router, base + mount);
  });
}

test('the document has the routes that the server has, and no others', () => {
  // Answered before any router.
  const before = ['get /{tenant}/controller/v1/{controllerId}', 'get /graphql', 'post /graphql'];
  const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(described.toSorted()).toEqual([...new Set([...routesOf(app.router), ...before])].sort());
  expect(described.length).toBeGreaterThan(170);
});

test('the document is valid, and its operations have names of their own', async () => {
  expect(await new Validator().validate(document)).toMatchObject({ valid: true });
  const names = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('the document and its page are tagged, packed, and know the prefix of a proxy', async () => {
  for (const path of ['/openapi.json', '/docs']) {
    const { headers } = await ask(path);
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(await ask(path, { 'if-none-match': headers.get('etag')! })).toMatchObject({
      status: 304,
      text: '',
    });
    const plain = await ask(path, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBe(null);
    expect(plain.text.length).toBeGreaterThan(10_000);
  }
  expect(document.servers).toEqual([{ url: '/' }]);
  const behind = await ask('/openapi.json', { 'x-forwarded-prefix': '/muster' });
  expect(behind.json).toEqual({ ...document, servers: [{ url: '/muster' }] });
});

test('the page shows every operation and schema, and runs nothing', async () => {
  const { text, headers } = await ask('/docs');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';style-src 'sha256-[^']+';/);
  expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|src=|undefined|\[object/);
  const anchors = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const wanted = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(wanted.filter((id) => !anchors.has(id))).toEqual([]);
  for (const [path, methods] of Object.entries<Record<string, { operationId: string }>>(document.paths))
    for (const { operationId } of Object.values(methods)) expect(anchors, path).toContain(operationId);
  for (const name of Object.keys(document.components.schemas)) expect(anchors).toContain(`schema-${name}`);
});

/** The fields of a body, by their dotted paths; a list's are those of its items. */
// biome-ignore lint/suspicious/noExplicitAny: it is JSON
function fieldsOf(schema: any): string[] {
  if (schema.anyOf) return [...new Set<string>(schema.anyOf.flatMap(fieldsOf))];
  if (schema.items) return fieldsOf(schema.items).map((field) => `0.${field}`);
  return Object.entries<typeof schema>(schema.properties ?? {})
    .filter(([, one]) => !/^Ignored/.test(one.description ?? ''))
    .flatMap(([name, one]) => [name, ...fieldsOf(one).map((field) => `${name}.${field}`)]);
}

test('bodies are described with all fields that the server checks', () => {
  const plain = (path: string) => path.replace(/\{\w+\}/g, '{}');
  const paths = Object.entries<
    Record<string, { requestBody: { content: Record<string, { schema: object }> } }>
  >(document.paths);
  for (const { method, path, members } of checkedRoutes({} as World)) {
    const [, operations] = paths.find(([one]) => plain(one) === plain(`/rest/v1${path}`))!;
    const { content } = operations[method.toLowerCase()]!.requestBody;
    const described = fieldsOf(content['application/json']!.schema).map((field) => field.replace(/^0\./, ''));
    expect({ path, missing: Object.keys(members).filter((field) => !described.includes(field)) }).toEqual({
      path,
      missing: [],
    });
  }
});
