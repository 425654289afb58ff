import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, executablePath, expectAccessible, openConsole } from './support.ts';

/** Each page that has something to say where there is nothing: its path, and what it says. */
const EMPTY: readonly (readonly [path: string, says: string])[] = [
  ['/', 'No devices yet'],
  ['/targets', 'No targets yet'],
  ['/targets?filter=name%3D%3D', 'This filter cannot be read'],
  ['/targets?filter=name%3D%3Dnosuch', 'Nothing matches this filter'],
  ['/targets/no-such', 'There is no such target'],
  ['/provision/many', 'Choose a file'],
  ['/rollouts', 'No rollout yet'],
  ['/rollouts/7', 'This rollout does not exist'],
  ['/rollouts/new', 'There is no distribution set yet'],
  ['/auto-assignments', 'No auto-assignment yet'],
  ['/auto-assignments?filter=name%3D%3D', 'This filter cannot be read'],
  ['/actions', 'No action yet'],
  ['/actions?filter=active%3D%3Dtrue', 'No action matches this filter'],
  ['/software', 'No distribution set yet'],
  ['/software?tab=modules', 'No module yet'],
  ['/software/modules/7', 'This module does not exist'],
  ['/distribution-sets/7', 'This distribution set does not exist'],
  ['/enrollment', 'No device is waiting'],
  ['/enrollment?tab=rejected', 'No device was rejected'],
  ['/enrollment?tab=groups&filter=name%3D%3Dnosuch', 'Nothing matches this filter'],
  ['/settings?tab=users&filter=name%3D%3Dnosuch', 'Nothing matches this filter'],
  ['/settings?tab=certificates', 'No certificate authority yet'],
  ['/settings?tab=webhooks', 'No webhook yet'],
  ['/settings?tab=roles', 'No role yet'],
  ['/settings?tab=keys', 'No API key yet'],
  ['/audit?filter=actor%3D%3Dnobody', 'No change matches this filter'],
  ['/settings/nowhere', 'This page does not exist.'],
];

/** Each page that shows what the server knows. */
const FAILING = [
  '/',
  '/targets',
  '/targets/device-1',
  '/rollouts',
  '/rollouts/7',
  '/auto-assignments',
  '/actions',
  '/software',
  '/software?tab=modules',
  '/software?tab=types',
  '/software/modules/7',
  '/distribution-sets/7',
  '/enrollment',
  '/enrollment?tab=groups',
  '/settings',
  '/settings?tab=certificates',
  '/settings?tab=webhooks',
  '/settings?tab=users',
  '/settings?tab=roles',
  '/settings?tab=keys',
  '/audit',
];

describe.skipIf(!executablePath)('a page of the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
  });
  afterAll(() => console?.close());

  const expectPlain = async (page: Page, path: string, says: string) => {
    await page.goto(path);
    await page.getByRole('main').getByText(says).first().waitFor();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.locator('[aria-busy=true]').count(), { message: path }).toBe(0);
    await expectAccessible(page);
  };

  it('says what to do where there is nothing yet', async () => {
    const { page, context, troubles } = await console.visit();
    for (const [path, says] of EMPTY) await expectPlain(page, path, says);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('says what to do where the server fails', async () => {
    const { page, context, troubles } = await console.visit();
    await page.route('**/graphql', (route) => {
      const { operationName } = route.request().postDataJSON() ?? {};
      if (operationName === 'Viewer') return route.continue();
      const errors = [{ message: 'The disk is full.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
      return route.fulfill({ json: { data: null, errors } });
    });
    for (const path of FAILING) {
      await expectPlain(page, path, 'The disk is full.');
      await page.getByRole('main').getByRole('button', { name: 'Try again' }).first().waitFor();
    }
    await expectPlain(page, '/rollouts/new', 'The disk is full.');
    await page.goto('/audit');
    await page.getByText('The disk is full.').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The disk is full.').waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
    await context.close();
  });
});
