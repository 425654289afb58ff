import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAdministeredDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  headingOf,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

const SOON = { timeout: 20_000, interval: 500 };
/** Whoever comes back to the page asks the server, unless the page asks it already. */
const seeItGone = (page: Page) =>
  vi.waitFor(async () => {
    await page.evaluate("dispatchEvent(new Event('focus'))");
    expect(await page.getByText('The server does not answer.', { exact: true }).isVisible()).toBe(true);
  }, SOON);

describe.skipIf(!executablePath)('a session in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
  });
  afterAll(() => console?.close());

  it('begins with name and password, and a wrong one is said', async () => {
    const { page, context, troubles } = await console.visit({ username: '' });
    await page.goto('/');
    await page.getByLabel('User name').fill(`${console.tenant.name}\\boss`);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await headingOf(page, 'Fleet').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('says that it has ended, and brings the reader back to where they were', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/?from=here');
    await headingOf(page, 'Fleet').waitFor();
    await context.clearCookies();
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await page.getByText('Your session has ended.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await page.getByLabel('User name').fill(`${console.tenant.name}\\boss`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await headingOf(page, 'Fleet').waitFor();
    expect(new URL(page.url()).search).toBe('?from=here');
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('ends when the reader signs out', async () => {
    const { page, context } = await console.visit();
    // The menu's code comes only after the click: it isn't lost.
    let sendMenu = (): void => {};
    const clicked = new Promise<void>((resolve) => {
      sendMenu = resolve;
    });
    await page.route(/account-menu/, (route) => clicked.then(() => route.continue()));
    await page.goto('/');
    await page.getByRole('button', { name: /^Account of/ }).click();
    sendMenu();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('User name').waitFor();
    await page.goto('/');
    await page.getByLabel('User name').waitFor();
    await context.close();
  });

  it('goes on when the server has been stopped and started again', async () => {
    const { connection, drop } = await createAdministeredDatabase();
    const first = await startTestServer({}, connection);
    const { page, context } = await console.visit({ username: '' });
    await context.request.post(`${first.url}/graphql/session`, {
      data: { username: 'admin', password: 'admin' },
    });
    await page.goto(first.url);
    await headingOf(page, 'Fleet').waitFor();
    await first.stop();
    await seeItGone(page);
    const again = await startTestServer({ PORT: new URL(first.url).port }, connection);
    await page.getByText('The server does not answer.', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Targets' }).click();
    await page.getByText('No targets yet').waitFor();
    await context.close();
    await again.stop();
    await drop();
  });

  it('outlives the server: it is said that it is gone, and all is loaded again when it is back', async () => {
    const { page, context } = await console.visit();
    await page.goto('/');
    await headingOf(page, 'Fleet').waitFor();
    let away = true;
    await context.route('**/*', (route) => (away ? route.abort() : route.continue()));
    await seeItGone(page);
    away = false;
    await page.getByRole('button', { name: 'Try now' }).click();
    await toldOn(page, 'The server is back.');
    await page.getByText('The server does not answer.', { exact: true }).waitFor({ state: 'detached' });
    await context.close();
  });
});
