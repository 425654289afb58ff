import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumPath } from '../../support/browser.ts';
import { buildConsole } from '../../support/build.ts';
import {
  createServedTenant,
  type ServedTenant,
  startOwnServer,
  type TestServer,
} from '../../support/server.ts';

export const executablePath = chromiumPath();
if (!executablePath) console.log('Left out, as there is no Chromium: the console in a browser.');

export const PASSWORD = 'a-quiet-secret';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What a browser complains of where a test brings it about: the server is away, or asks who this is. */
const FORESEEN =
  /Failed to load resource: (?:the server responded with a status of (?:401|403|503)|net::ERR)/;

/**
 * Notes what a slow machine would make a matter of luck: a dialog that is seen before it has the focus, and what is
 * told only for some seconds.
 */
const WATCH = `
  const told = (globalThis.told = []);
  const within = (nodes, selector) =>
    [...nodes].flatMap((node) => node.matches ? [...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)] : []);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const dialog of within(addedNodes, '[role=dialog]'))
        if (!dialog.contains(document.activeElement)) console.error('A dialog without the focus: ' + dialog.textContent);
      for (const one of within(addedNodes, '.mantine-Notification-root')) told.push(one.textContent);
    }
  }).observe(document, { childList: true, subtree: true });
`;

/** Waits until this was told, be it shown still or not. */
export const toldOn = (page: Page, text: string | RegExp) =>
  expect
    .poll(() => page.evaluate('told'), { timeout: 20_000 })
    .toContainEqual(typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text));

export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of: errors of scripts, refusals of the policy, requests to elsewhere. */
  troubles: string[];
}

export interface VisitOptions {
  /** Signed in as this account; nobody: not signed in. */
  username?: string;
  password?: string;
  colorScheme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
}

export interface ConsoleUnderTest {
  server: TestServer;
  tenant: ServedTenant;
  visit(options?: VisitOptions): Promise<Visitor>;
  close(): Promise<void>;
}

/** The built console on a server of its own, with a tenant, and a browser. */
export async function openConsole(settings: Record<string, string> = {}): Promise<ConsoleUnderTest> {
  await buildConsole();
  const server = await startOwnServer(settings);
  const tenant = await createServedTenant(server);
  const browser: Browser = await chromium.launch({
    executablePath: executablePath!,
    args: ['--no-sandbox'],
    // A test may end what it plays as Ctrl-C does.
    handleSIGINT: false,
  });
  return {
    server,
    tenant,
    async visit({
      username = `${tenant.name}\\boss`,
      password = PASSWORD,
      colorScheme = 'light',
      viewport,
    } = {}) {
      const context = await browser.newContext({
        baseURL: server.url,
        colorScheme,
        reducedMotion: 'reduce',
        viewport: viewport ?? { width: 1280, height: 800 },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      if (username) await context.request.post('/graphql/session', { data: { username, password } });
      // A wait that fails says what for, before the test is over.
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      await page.addInitScript(WATCH);
      const troubles: string[] = [];
      page.on('pageerror', (error) => troubles.push(String(error.stack)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !FORESEEN.test(message.text())) troubles.push(message.text());
      });
      page.on('request', (request) => {
        if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(server.url))
          troubles.push(`asked elsewhere: ${request.url()}`);
      });
      return { page, context, troubles };
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

/** What of WCAG 2.2 AA a page violates, in short. It is put in by the debugger: the page's policy would refuse it. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    // biome-ignore lint/suspicious/noExplicitAny: it is a script of its own
    const { violations } = await (globalThis as any).axe.run({ runOnly: tags });
    return violations.map(
      // biome-ignore lint/suspicious/noExplicitAny: it is a script of its own
      ({ id, nodes }: any) =>
        `${id}: ${nodes.map((node: { html: string; failureSummary: string }) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join(' | ')}`,
    );
  }, WCAG);
}

/** The heading of a page: it is there as soon as the page is. */
export const headingOf = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOf(page)).toEqual([]);
}
