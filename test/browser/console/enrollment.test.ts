import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../../support/server.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

describe.skipIf(!executablePath)('enrollment and settings in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole({ MUSTER_WEBHOOKS_PRIVATE: 'true' });
  });
  afterAll(() => console?.close());

  it('make a group, and approve and reject the devices that come with its token', async () => {
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
    await toldOn(page, '2 devices approved.');
    await page.getByLabel('Select crane-3').check();
    await page.getByRole('button', { name: 'Reject 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reject 1' }).click();
    await page.getByText('No device is waiting').waitFor();
    expect((await console.tenant.admin('/rest/v1/targets/crane-2')).status).toBe(200);
    expect((await console.tenant.admin('/rest/v1/targets/crane-3')).status).toBe(404);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('show devices as they come, and decide on all that match', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin, name } = console.tenant;
    const made = await graphql(
      admin,
      `mutation { createEnrollmentGroup(input: { name: "yard", requiresApproval: true }) {
          token userErrors { message } } }`,
    );
    const { token } = made.createEnrollmentGroup;
    const knock = async (device: string) => {
      const path = `/${name}/controller/v1/${device}`;
      const headers = { authorization: `GatewayToken ${token}` };
      expect((await fetch(console.server.url + path, { headers })).status).toBe(200);
    };
    await page.goto('/enrollment');
    await page.getByText('No device is waiting').waitFor();
    for (const device of ['van-1', 'van-2', 'car-1']) await knock(device);
    await page.getByText('van-2').waitFor();
    await page.getByRole('tab', { name: 'Waiting devices (3)' }).waitFor();

    await page.getByRole('combobox', { name: 'Filter' }).fill('controllerId==van-*');
    await page.getByText('car-1').waitFor({ state: 'detached' });
    await page.getByLabel('Select van-1').check();
    await page.getByText('1 selected').waitFor();
    await page.getByLabel('Select all on this page').check();
    await page.getByRole('button', { name: 'Reject 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Approve 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve 2' }).click();
    await toldOn(page, '2 devices approved.');
    await page.getByText('No device matches this filter').waitFor();
    await page.getByRole('tab', { name: 'Waiting devices (1)' }).waitFor();
    expect((await admin('/rest/v1/targets/van-2')).status).toBe(200);
    expect((await admin('/rest/v1/targets/car-1')).status).toBe(404);
    await knock('van-2');
    await page.goto('/targets/van-2');
    await page.getByText('the token of its enrollment group').first().waitFor();
    await page.getByText('Signs in with').waitFor();
    await page.goto('/enrollment');
    await page.getByText('car-1').waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('approve more than a page has, by their filter', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin, name } = console.tenant;
    const made = await graphql(
      admin,
      `mutation { createEnrollmentGroup(input: { name: "dock", requiresApproval: true }) { token } }`,
    );
    const headers = { authorization: `GatewayToken ${made.createEnrollmentGroup.token}` };
    for (let index = 0; index < 120; index++)
      await fetch(`${console.server.url}/${name}/controller/v1/ship-${index}`, { headers });
    await page.goto('/enrollment');
    await page.getByRole('combobox', { name: 'Filter' }).fill('controllerId==ship-*');
    await page.getByText('of 120').waitFor();
    await page.getByLabel('Select all on this page').check();
    await page.getByRole('button', { name: 'Select all 120 that match' }).click();
    await page.getByRole('button', { name: 'Approve 120' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve 120' }).click();
    await toldOn(page, '120 devices approved.');
    expect((await admin('/rest/v1/targets?q=controllerId==ship-*&limit=1')).json.total).toBe(120);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('set a hook of a group, test it, and delete it', async () => {
    const service = createServer((_, answer) => answer.end('{"decision":"deny","reason":"not ours"}'));
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const { page, context, troubles } = await console.visit();
    await graphql(
      console.tenant.admin,
      'mutation { createEnrollmentGroup(input: { name: "mill" }) { token } }',
    );
    await page.goto('/enrollment?tab=groups');
    const card = page.getByRole('region', { name: 'mill' });
    await card.getByText('Nobody is asked').waitFor();
    await card.getByRole('button', { name: /^Ask a service/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByLabel('Address')
      .fill(`http://127.0.0.1:${(service.address() as AddressInfo).port}/ask`);
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save the hook' }).click();
    await page.getByText('The service checks with it').waitFor();
    expect(await dialog.locator('code').innerText()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await card.getByText('otherwise a device comes again later').waitFor();

    await card.getByRole('button', { name: 'Test the hook of mill' }).click();
    await dialog.getByLabel('Controller ID to ask about').fill('mill-1');
    await dialog.getByRole('button', { name: 'Ask it' }).click();
    await toldOn(page, 'It says: deny (not ours).');

    await card.getByRole('button', { name: 'Edit the hook of mill' }).click();
    await dialog.getByRole('combobox', { name: 'While it fails, a device' }).click();
    await page.getByRole('option', { name: 'waits for approval' }).click();
    await dialog.getByRole('button', { name: 'Save the hook' }).click();
    await card.getByText('otherwise a device waits for approval').waitFor();
    await card.getByRole('button', { name: 'Delete the hook of mill' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await card.getByText('Nobody is asked').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
    service.close();
  });

  it('change a group, give it a second token, and take the first', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin, name } = console.tenant;
    const made = await graphql(
      admin,
      'mutation { createEnrollmentGroup(input: { name: "site" }) { token enrollmentGroup { id } } }',
    );
    const statusWith = async (token: string, device: string) => {
      const headers = { authorization: `GatewayToken ${token}` };
      return (await fetch(`${console.server.url}/${name}/controller/v1/${device}`, { headers })).status;
    };
    const { token: first } = made.createEnrollmentGroup;
    await page.goto('/enrollment');
    await page.getByRole('tab', { name: 'Groups' }).click();
    const card = page.getByRole('region', { name: 'site' });
    await card.getByRole('button', { name: 'Edit site' }).click();
    await page.getByLabel('At most so many devices').fill('2');
    await page.getByRole('combobox', { name: 'Only these controller IDs' }).fill('mast-*');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Group' }).fill('north');
    await page.getByRole('combobox', { name: 'Attributes' }).fill('site=north');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save the group' }).click();
    await card.getByText('mast-*').waitFor();
    await card.getByText('group north · site=north').waitFor();
    expect(await statusWith(first, 'elsewhere')).toBe(401);
    expect(await statusWith(first, 'mast-1')).toBe(200);
    expect((await admin('/rest/v1/targets/mast-1')).json.group).toBe('north');

    await card.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Hours in which the others still work').fill('1');
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'New token' }).click();
    await page.getByRole('heading', { name: 'Token of site' }).waitFor();
    const second = await page.getByRole('dialog').locator('code').innerText();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await card.getByText('1 of 2 registrations').waitFor();
    expect(await statusWith(first, 'mast-1')).toBe(200);
    expect(await statusWith(second, 'mast-2')).toBe(200);
    await card
      .getByRole('button', { name: /^Delete the token/ })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await toldOn(page, 'The token is deleted.');
    expect(await statusWith(first, 'mast-1')).toBe(401);
    expect(await statusWith(second, 'mast-1')).toBe(200);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('change a setting and reset it, make a user, and find all of it in the audit log', async () => {
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
    await page.getByRole('row', { name: /user created.*ada/ }).waitFor();
    await page.getByRole('button', { name: 'Show: configuration updated' }).first().click();
    const event = page.getByRole('dialog', { name: 'Configuration updated' });
    await event.getByText('→ 00:10:00').waitFor();
    await event.getByText('GraphQL', { exact: true }).waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
