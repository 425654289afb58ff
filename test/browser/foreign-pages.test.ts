import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { basic, clientOf, startOwnServer, type TestServer } from '../support/server.ts';

const executablePath = chromiumPath();
if (!executablePath) console.log('Left out, as there is no Chromium: pages of other origins in a browser.');

/*
 * Two hosts that the browser takes for two sites, and a port of the same site: that of the server, of a page that is
 * named, and of one that isn't.
 */
describe.skipIf(!executablePath)('a page of another origin in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let home: string;
  const pages: Server[] = [];
  const servePage = async (): Promise<string> => {
    const one = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>hello'),
    );
    pages.push(one);
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    return String((one.address() as AddressInfo).port);
  };
  let friend: string;
  let neighbour: string;
  let stranger: string;

  beforeAll(async () => {
    friend = `http://localhost:${await servePage()}`;
    neighbour = `http://localhost:${await servePage()}`;
    stranger = `http://127.0.0.1:${await servePage()}`;
    server = await startOwnServer({ MUSTER_ALLOWED_ORIGINS: friend, HOST: 'localhost' });
    home = server.url.replace('127.0.0.1', 'localhost');
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    const context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${home}/health/live`);
    const signedIn = await page.evaluate(async () => {
      const response = await fetch('/graphql/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password: 'admin' }),
      });
      return response.status;
    });
    expect(signedIn).toBe(200);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    for (const one of pages) one.close();
  });

  /** What a page can do with the server by itself: the statuses, or why the browser gave it none. */
  const attempt = () =>
    page.evaluate(async (url) => {
      const statusOf = (path: string, init: RequestInit = {}) =>
        fetch(url + path, { credentials: 'include', ...init }).then(
          ({ status }) => status,
          () => 'refused',
        );
      const post = (path: string, type: string, body: string) =>
        statusOf(path, { method: 'POST', headers: { 'content-type': type }, body });
      const socket = () =>
        new Promise((resolve) => {
          const one = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
          one.onopen = () => one.send('{"type":"connection_init"}');
          one.onmessage = ({ data }) => resolve(JSON.parse(data).type);
          one.onclose = () => resolve('refused');
        });
      // A form needs no leave of the server, and its answer is hidden: what counts is what it has done.
      await fetch(`${url}/imports`, {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
        body: new Blob(['controllerId\nsmuggled\n'], { type: 'text/plain' }),
      }).catch(() => {});
      await fetch(`${url}/graphql`, {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
        body: '{"query":"mutation { createTargets(input: {targets: [{controllerId: \\"smuggled\\"}]}) { userErrors { message } } }"}',
      }).catch(() => {});
      return {
        operation: await post('/graphql', 'application/json', '{"query":"{ viewer { username } }"}'),
        import: await post('/imports?dryRun=true', 'text/csv', 'controllerId\na\n'),
        export: await statusOf('/exports'),
        // There is no such file, which only who is signed in is told.
        download: await statusOf('/rest/v1/softwaremodules/1/artifacts/1/download'),
        upload: await statusOf('/uploads/none', { method: 'PUT', body: 'x' }),
        subscription: await socket(),
      };
    }, home);
  const smuggled = async () =>
    (await clientOf(server, basic('admin', 'admin'))('/rest/v1/targets')).json.total;

  const USED = {
    operation: 200,
    import: 200,
    export: 200,
    download: 404,
    upload: 404,
    subscription: 'connection_ack',
  };
  const REFUSED = Object.fromEntries(Object.keys(USED).map((name) => [name, 'refused']));

  it('may do nothing if it is of another site', async () => {
    await page.goto(stranger);
    expect(await attempt()).toEqual(REFUSED);
    expect(await smuggled()).toBe(0);
  });

  it('may do nothing if it is of the same site, and the browser adds the cookie', async () => {
    await page.goto(neighbour);
    expect(await attempt()).toEqual(REFUSED);
    expect(await smuggled()).toBe(0);
  });

  it('may do everything if it is named', async () => {
    await page.goto(friend);
    expect(await attempt()).toEqual(USED);
  });

  it('may do everything if it is of the server itself', async () => {
    await page.goto(`${home}/health/live`);
    expect(await attempt()).toEqual(USED);
    expect(await smuggled(), 'forms, even its own').toBe(0);
  });
});
