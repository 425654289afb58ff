import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
} from './support.ts';

const LONG_MS = 90_000;

describe.skipIf(!executablePath)('enrollment and settings in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
  });
  afterAll(() => console?.close());

  it(
    'make a group, and approve and reject the devices that come with its token',
    async () => {
      const { page, context, troubles } = await console.visit();
      await page.goto('/enrollment');
      await page.getByText('No device is waiting').waitFor();
      await page.getByRole('button', { name: 'New group' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('factory');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create the group' }).click();
      await page.getByRole('heading', { name: 'Token of factory' }).waitFor();
      const token = await page.getByRole('dialog').locator('code').innerText();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      await page
        .getByRole('region', { name: 'factory' })
        .getByText(/with approval/)
        .waitFor();

      for (const device of ['crane-1', 'crane-2', 'crane-3']) {
        const path = `/${console.tenant.name}/controller/v1/${device}`;
        const headers = { authorization: `GatewayToken ${token}` };
        expect((await fetch(console.server.url + path, { headers })).status).toBe(200);
      }
      await page.getByRole('tab', { name: 'Waiting devices' }).click();
      await page.getByLabel('Select crane-1').check();
      await page.getByLabel('Select crane-2').check();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Approve 2' }).click();
      await page.getByText('2 devices become targets').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Approve 2' }).click();
      await page.getByText('2 devices approved.').waitFor();
      await page.getByLabel('Select crane-3').check();
      await page.getByRole('button', { name: 'Reject 1' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Reject 1' }).click();
      await page.getByText('No device is waiting').waitFor();
      expect((await console.tenant.admin('/rest/v1/targets/crane-2')).status).toBe(200);
      expect((await console.tenant.admin('/rest/v1/targets/crane-3')).status).toBe(404);
      expect(troubles).toEqual([]);
      await context.close();
    },
    LONG_MS,
  );

  it(
    'change a setting and reset it, make a user, and find all of it in the audit log',
    async () => {
      const { page, context, troubles } = await console.visit();
      await page.goto('/settings');
      await page.getByRole('button', { name: /Change Time between polls/ }).click();
      await page.getByRole('textbox', { name: 'Time between polls' }).fill('00:10:00');
      await page.keyboard.press('Enter');
      await page.getByText('Set for this tenant').waitFor();
      await page.getByRole('button', { name: /^Reset Time between polls/ }).click();
      await page.getByText('Set for this tenant').waitFor({ state: 'detached' });

      await page.getByRole('tab', { name: 'Users' }).click();
      await page.getByRole('button', { name: 'New user' }).click();
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Create the user' }).click();
      await page.getByRole('button', { name: 'Delete ada' }).waitFor();
      await expectAccessible(page);

      await page.getByRole('link', { name: 'Audit log' }).click();
      await headingOf(page, 'Audit log').waitFor();
      await page.getByRole('row', { name: /user\.created.*ada/ }).waitFor();
      expect(troubles).toEqual([]);
      await context.close();
    },
    LONG_MS,
  );
});
