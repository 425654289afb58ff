import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { buildConsole } from '../support/build.ts';
import { startOwnServer, type TestServer } from '../support/server.ts';

interface Editor {
  CodeMirror: { setValue(text: string): void; documentAST?: { loc: { end: number } } };
}

const executablePath = chromiumPath();
if (!executablePath) console.log('Left out, as there is no Chromium: GraphiQL in a browser.');

describe.skipIf(!executablePath)('GraphiQL in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];
  beforeAll(async () => {
    await buildConsole();
    server = await startOwnServer();
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
        troubles.push(`asked elsewhere: ${request.url()}`);
    });
    await page.goto(`${server.url}/graphql`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const run = async (document: string) => {
    const editor = page.locator('.graphiql-query-editor .CodeMirror');
    await editor.waitFor();
    const change = (element: unknown, text: string) => (element as Editor).CodeMirror.setValue(text);
    await editor.evaluate(change, document);
    // It is read a moment later, and until then the one before is what is sent.
    await vi.waitFor(async () => {
      const end = (element: unknown) => (element as Editor).CodeMirror.documentAST?.loc.end;
      expect(await editor.evaluate(end)).toBe(document.length);
    }, 10_000);
    await page.locator('.graphiql-execute-button').click();
  };
  const answered = (text: string) => page.locator('.result-window', { hasText: text }).waitFor();

  const signIn = async (password: string) => {
    await page.getByLabel('User').fill('admin');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };

  it('asks for a sign-in, and says what is wrong with it', async () => {
    await signIn('wrong');
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    await signIn('admin');
    await page.getByText('admin, tenant DEFAULT').waitFor();
  });

  it('opens with examples', async () => {
    await page.getByRole('tab', { name: 'CreateTarget' }).waitFor();
    await page.getByRole('tab', { name: 'Fleet' }).waitFor();
  });

  it('answers a query', async () => {
    await run('{ viewer { username } }');
    await answered('"username": "admin"');
  });

  it('shows what a subscription tells', async () => {
    await run('subscription { targetEvents { type controllerId } }');
    await answered('RESYNC');
    await fetch(`${server.url}/rest/v1/targets`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' },
      body: JSON.stringify([{ controllerId: 'seen-in-a-browser' }]),
    });
    await answered('seen-in-a-browser');
  });

  it('signs out', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('asks nothing of other servers, and meets no error', () => {
    expect(troubles).toEqual([]);
  });
});
