import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startProvider, type TestProvider } from '../../support/provider.ts';
import { startTestServer } from '../../support/server.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
} from './support.ts';

const WHERE = '/targets?filter=group%3D%3Dnorth';
const CARRIED_ON = 'Nothing matches this filter';

describe.skipIf(!executablePath)('OpenID Connect in the console', () => {
  let provider: TestProvider;
  let console: ConsoleUnderTest;
  let settings: Record<string, string>;
  beforeAll(async () => {
    provider = await startProvider('muster-web');
    settings = {
      MUSTER_OIDC_ISSUER: provider.url,
      MUSTER_OIDC_AUDIENCE: 'muster',
      MUSTER_OIDC_TENANT_CLAIM: 'tenant',
      MUSTER_OIDC_CLIENT_ID: 'muster-web',
      MUSTER_OIDC_NAME: 'Plant',
    };
    console = await openConsole(settings);
  });
  afterAll(async () => {
    await console?.close();
    await provider?.close();
  });
  beforeEach(() => {
    provider.fault = undefined;
    const { name: tenant } = console.tenant;
    provider.person = {
      identity: { sub: 's-1', preferred_username: 'ann', tenant, roles: ['READ_TARGET'] },
    };
  });

  /** The issuer, at 127.0.0.1, is another site for a browser that knows the server as this. */
  const asOtherSite = (url: string) => url.replace('127.0.0.1', 'localhost');
  const visit = async (url = asOtherSite(console.server.url)) => {
    const { page, context, troubles } = await console.visit({ username: '' });
    await page.goto(url + WHERE);
    const known = [url, provider.url];
    return {
      page,
      context,
      troublesOf: () => troubles.filter((text) => !known.some((one) => text.includes(one))),
    };
  };
  const signInBy = (page: Page) => page.getByRole('link', { name: 'Sign in with Plant' });
  const isWhereItWas = async (page: Page) => {
    await headingOf(page, 'Targets').waitFor();
    await page.getByText(CARRIED_ON).waitFor();
    const { pathname, search } = new URL(page.url());
    expect(pathname + search).toBe(WHERE);
  };

  it('signs in, and returns to the page; signs out here and there', async () => {
    const { page, context, troublesOf } = await visit();
    await signInBy(page).waitFor();
    await expectAccessible(page);
    await signInBy(page).click();
    await isWhereItWas(page);
    await page.getByRole('button', { name: 'Account of ann' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await signInBy(page).waitFor();
    expect(provider.signedOut).toEqual([`${asOtherSite(console.server.url)}/`]);
    await page.goto(asOtherSite(console.server.url) + WHERE);
    await signInBy(page).waitFor();
    expect(troublesOf()).toEqual([]);
    await context.close();
  });

  it('brings whose session has ended back to the same page', async () => {
    const { page, context } = await visit();
    await signInBy(page).click();
    await isWhereItWas(page);
    await context.clearCookies();
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await page.getByText('Your session has ended.').waitFor();
    await signInBy(page).click();
    await isWhereItWas(page);
    await context.close();
  });

  it('says that the issuer refused, and the next sign-in returns to the same page', async () => {
    provider.fault = 'denied';
    const { page, context } = await visit();
    await signInBy(page).click();
    await page.getByRole('alert').getByText('Plant did not let you in').waitFor();
    await expectAccessible(page);
    provider.fault = undefined;
    await signInBy(page).click();
    await isWhereItWas(page);
    await context.close();
  });

  it('forgets the refusal where a password does it', async () => {
    provider.fault = 'denied';
    const { page, context } = await visit();
    await signInBy(page).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('User name').fill(`${console.tenant.name}\\boss`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await isWhereItWas(page);
    await context.close();
  });

  it('says that the issuer is away', async () => {
    const away = await startTestServer(settings);
    provider.behaviour = 'failing';
    const { page, context } = await visit(away.url);
    await signInBy(page).click();
    await page.getByRole('alert').getByText('Plant does not answer.').waitFor();
    provider.behaviour = 'right';
    await context.close();
    await away.stop();
  });

  it('asks for no password where none is taken', async () => {
    const only = await startTestServer({ ...settings, MUSTER_BASIC_ENABLED: 'false' });
    const { page, context } = await visit(only.url);
    await signInBy(page).waitFor();
    expect(await page.getByLabel('User name').isVisible()).toBe(false);
    await context.close();
    await only.stop();
  });
});
