import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isConsolePage } from '../../../src/api/console/pages.ts';
import { buildConsole } from '../../support/build.ts';
import { clientOf, startTestServer } from '../../support/server.ts';

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const server = await startTestServer({ MUSTER_TRUSTED_PROXIES: 'loopback' });
const client = clientOf(server);
const asBrowser = (path: string, headers: Record<string, string> = {}) =>
  client(path, { headers: { accept: HTML, ...headers } });

beforeAll(buildConsole);
afterAll(() => server.stop());

describe('the page of the console', () => {
  it.each(['/', '/targets', '/targets/some%2Fdevice', '/targets?filter=name%3D%3Dx', '/sign-in'])(
    'is served to browsers at %s',
    async (path) => {
      const page = await asBrowser(path);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.text).toContain('<div id="console">');
      expect(page.text).not.toContain('%NONCE%');
    },
  );

  it.each([
    ['/', 'application/json'],
    ['/targets', 'application/json'],
    ['/targets', '*/*'],
    ['/targets', ''],
  ])('is not at %s for a client that accepts %j', async (path, accept) => {
    const answer = await client(path, { headers: accept ? { accept } : {} });
    expect([answer.status, answer.json?.status]).toEqual([404, 404]);
  });

  it.each(['*/*', ''])('is at / for a client that accepts %j', async (accept) => {
    const answer = await client('/', { headers: accept ? { accept } : {} });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it.each([
    '/rest/v1/nosuch',
    '/restless',
    '/health/nosuch',
    '/imports/nosuch',
    '/exports/nosuch',
    '/uploads/nosuch',
    '/DEFAULT/controller/v1/nosuch',
    '/targets/controller/v1/nosuch',
    '/settings/controller/v1/nosuch/deploymentBase/1',
    '/nosuch',
    '/targetsx',
    '/assets/nosuch.js',
    '/assets/..%2Findex.html',
  ])('does not stand in for what is not there: %s', async (path) => {
    const answer = await asBrowser(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('<div id="console">');
  });

  it('allows only scripts and styles of this server, or of this very answer', async () => {
    const [one, other] = [await asBrowser('/'), await asBrowser('/')];
    const policy = one.headers.get('content-security-policy')!;
    const [, nonce] = /'nonce-([^']+)'/.exec(policy)!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(one.text).toContain(`nonce="${nonce}"`);
    expect(other.headers.get('content-security-policy')).not.toContain(nonce);
    expect(one.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(one.headers.get('cache-control')).toBe('no-cache');
  });

  it('finds its files under the prefix of a proxy', async () => {
    const page = await asBrowser('/targets', { 'x-forwarded-prefix': '/fleet' });
    expect(page.text).toContain('<base href="/fleet/">');
    expect((await asBrowser('/targets')).text).toContain('<base href="/">');
    expect(page.text).not.toMatch(/(?:src|href)="\/(?!fleet\/")/);
  });
});

describe('the files of the console', () => {
  const script = async () => /src="\.\/(assets\/[^"]+\.js)"/.exec((await asBrowser('/')).text)![1]!;

  it('may be kept for ever, and come compressed to who takes that', async () => {
    const path = `/${await script()}`;
    for (const [encoding, expected] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const answer = await client(path, { headers: { 'accept-encoding': encoding } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-encoding')).toBe(expected);
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('content-type')).toMatch(/javascript/);
      expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(answer.text).toMatch(/import|export/);
    }
  });
});

it('knows its pages', () => {
  expect(['/', '/targets', '/targets/x', '/rollouts/5'].filter(isConsolePage)).toHaveLength(4);
  expect(['', '/x', '/targets/controller/v1', '/rest', '/graphql'].filter(isConsolePage)).toEqual([]);
});
