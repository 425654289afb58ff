import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAuthority } from '../../support/certificates.ts';
import { basic, clientOf, graphql } from '../../support/server.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

describe.skipIf(!executablePath)('settings in the console', () => {
  let console: ConsoleUnderTest;
  let receiver: Server;
  let answer = 204;
  const hook = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;

  beforeAll(async () => {
    console = await openConsole({
      MUSTER_WEBHOOKS_PRIVATE: 'true',
      MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true',
    });
    receiver = createServer((request, response) => {
      request.resume();
      response.writeHead(answer).end();
    }).listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    receiver?.close();
    await console?.close();
  });

  it('says where a value comes from, and what a reset gives', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings');
    const gateway = page.getByRole('switch', { name: 'The gateway token' });
    expect(await gateway.isChecked()).toBe(true);
    await page.getByText('Set by the environment of the server.').waitFor();
    // The switch itself is drawn over its input.
    await gateway.focus();
    await page.keyboard.press('Space');
    await page.getByText('Set for this tenant. A reset gives: on.').waitFor();
    await page.getByRole('button', { name: 'Reset The gateway token to on' }).click();
    await page.getByText('Set by the environment of the server.').waitFor();
    expect(await gateway.isChecked()).toBe(true);

    await page.getByRole('button', { name: /Change Polls before a maintenance window/ }).click();
    await page.getByRole('textbox', { name: 'Polls before a maintenance window' }).fill('many');
    await page.keyboard.press('Enter');
    await page.getByText('It must be a whole number.').waitFor();
    await page.getByRole('textbox', { name: 'Polls before a maintenance window' }).fill('7');
    await page.keyboard.press('Enter');
    await page.getByText('Set for this tenant. A reset gives: 3.').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('generates a gateway token, shows it once, and devices enroll with it', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByRole('heading', { name: 'Gateway token' }).waitFor();
    const token = await page.getByRole('dialog').locator('code').innerText();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.getByText(token).count()).toBe(0);
    await page.getByRole('button', { name: 'Copy the gateway token' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
    const path = `/${console.tenant.name}/controller/v1/behind-a-gateway`;
    const headers = { authorization: `GatewayToken ${token}` };
    expect((await fetch(console.server.url + path, { headers })).status).toBe(200);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('makes a webhook, tests it, and shows and repeats its deliveries', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings?tab=webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Name').fill('operations');
    await page.getByLabel('Address').fill(hook());
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Events' }).click();
    await page.getByRole('option', { name: 'target: all', exact: true }).click();
    await page.getByRole('option', { name: 'import upload created', exact: true }).click();
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Create the webhook' }).click();
    expect(await page.getByRole('dialog').locator('code').innerText()).toMatch(/^whsec_/);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

    const card = page.getByRole('region', { name: 'operations' });
    await card.getByRole('button', { name: 'Send a test' }).click();
    await toldOn(page, 'The test was accepted with 204.');
    await card
      .getByRole('row', { name: /webhook tested.*operations.*Delivered.*204/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    answer = 500;
    await card.getByRole('button', { name: 'Send a test' }).click();
    await toldOn(page, 'The test failed: was answered 500');
    answer = 204;
    await card.getByRole('button', { name: 'Send again: webhook tested' }).first().click();
    await toldOn(page, '1 delivery sent again.');

    await card.getByRole('button', { name: 'Edit operations' }).click();
    await page.getByLabel('Make a new secret').check();
    await page.getByRole('button', { name: 'Save the webhook' }).click();
    expect(await page.getByRole('dialog').locator('code').innerText()).toMatch(/^whsec_/);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await card.getByRole('button', { name: 'Delete operations' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No webhook yet').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('makes, changes and deletes the tags and the types of targets', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin } = console.tenant;
    const dialog = page.getByRole('dialog');
    await page.goto('/settings?tab=tags');
    await page.getByRole('button', { name: 'New tag' }).click();
    await dialog.getByLabel('Name').fill('spring');
    await dialog.getByLabel('What for').fill('Gets updates first');
    await dialog.getByRole('button', { name: 'Create the tag' }).click();
    await page.getByRole('row', { name: /spring.*Gets updates first/ }).waitFor();
    await page.getByRole('button', { name: 'Edit the tag spring' }).click();
    await dialog.getByLabel('Name').fill('<b>summer</b>');
    await dialog.getByText('must hold no mark-up').waitFor();
    await dialog.getByLabel('Name').fill('summer');
    await dialog.getByLabel('What for').fill('');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save the tag' }).click();
    await page.getByRole('row', { name: /summer/ }).waitFor();
    await page.getByRole('button', { name: 'Delete the tag summer' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No tag yet').waitFor();

    await page.getByRole('tab', { name: 'Target types' }).click();
    await page.getByRole('button', { name: 'New type' }).click();
    await dialog.getByLabel('Name').fill('pump');
    await dialog.getByRole('combobox', { name: 'Sets that suit it' }).click();
    await page.getByRole('option', { name: 'OS only', exact: true }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Create the type' }).click();
    await page.getByRole('row', { name: /pump.*OS only/ }).waitFor();
    await page.getByRole('button', { name: 'Edit the type pump' }).click();
    await dialog.getByRole('combobox', { name: 'Sets that suit it' }).focus();
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Escape');
    await dialog.getByLabel('What for').fill('Moves water');
    await dialog.getByRole('button', { name: 'Save the type' }).click();
    await page.getByRole('row', { name: /pump.*Moves water.*any/ }).waitFor();
    await expectAccessible(page);
    const { targetTypes } = await graphql(
      admin,
      '{ targetTypes { nodes { name description compatibleDistributionSetTypes { key } } } }',
    );
    expect(targetTypes.nodes).toEqual([
      { name: 'pump', description: 'Moves water', compatibleDistributionSetTypes: [] },
    ]);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('shows whoever runs the server its tenants, makes one, and limits it', async () => {
    const { page, context, troubles } = await console.visit({ username: 'admin', password: 'admin' });
    const dialog = page.getByRole('dialog');
    await page.goto('/settings?tab=tenants');
    await page.getByRole('button', { name: 'New tenant' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('new plant');
    await dialog.getByText('must have 1 to 40 letters').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('new-plant');
    await dialog.getByLabel('User name of its first administrator').fill('ada');
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create the tenant' }).click();
    await page.getByRole('row', { name: /^new-plant/ }).waitFor();
    await page.getByRole('button', { name: 'Limits of new-plant' }).click();
    await dialog.getByLabel('Webhooks').fill('3');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save the limits' }).click();
    await toldOn(page, 'The limits of new-plant are changed.');
    const ada = clientOf(console.server, basic('new-plant\\ada', PASSWORD));
    const { tenantQuotas } = await graphql(ada, '{ tenantQuotas { kind limit isDefault } }');
    expect(tenantQuotas).toContainEqual({ kind: 'WEBHOOKS', limit: 3, isDefault: false });
    expect(troubles).toEqual([]);
    await context.close();

    const boss = await console.visit();
    await boss.page.goto('/settings');
    await boss.page.getByRole('region', { name: 'What there may be' }).getByText('0 of').first().waitFor();
    expect(await boss.page.getByRole('tab', { name: 'Tenants' }).count()).toBe(0);
    await boss.context.close();
  });

  it('makes a role with a filter, gives it to a user, and takes it back', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings?tab=roles');
    await page.getByRole('button', { name: 'New role' }).click();
    await page.getByLabel('Name').fill('pilot');
    await page.getByRole('checkbox', { name: 'Targets: See' }).check();
    await page.getByRole('checkbox', { name: 'See the audit log' }).check();
    await page.getByRole('combobox', { name: 'Limit a permission by a filter' }).click();
    await page.getByRole('option', { name: 'Targets: See' }).click();
    await page.getByLabel('Targets: See: only what this filter matches').fill('group==pilot');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create the role' }).click();
    await page.getByRole('row', { name: /pilot.*READ_TARGET\/group==pilot/ }).waitFor();

    await page.getByRole('tab', { name: 'Users' }).click();
    await page.getByRole('button', { name: 'New user' }).click();
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Create the user' }).click();
    await page
      .getByText(/12 characters/)
      .last()
      .waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('combobox', { name: 'Roles' }).click();
    await page.getByRole('option', { name: 'pilot' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Create the user' }).click();
    await page.getByRole('row', { name: /ada.*pilot/ }).waitFor();
    const { admin, name } = console.tenant;
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'inside', group: 'pilot' }, { controllerId: 'outside' }],
    });
    const ada = clientOf(console.server, basic(`${name}\\ada`, PASSWORD));
    const seen = () => graphql(ada, '{ targets { nodes { controllerId } } }');
    expect((await seen()).targets.nodes).toEqual([{ controllerId: 'inside' }]);

    await page.getByRole('button', { name: 'Edit ada' }).click();
    await page.getByRole('combobox', { name: 'Roles' }).focus();
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Escape');
    await page.getByLabel('New password', { exact: true }).fill('another-quiet-secret');
    await page.getByRole('button', { name: 'Save the user' }).click();
    await toldOn(page, 'ada: saved.');
    expect((await ada('/graphql')).status).toBe(401);
    await page.getByRole('button', { name: 'Delete ada' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await toldOn(page, 'The account is deleted.');
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('makes an API key with few permissions and an end, shows it once, and revokes it', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings?tab=keys');
    await page.getByRole('button', { name: 'New API key' }).click();
    await page.getByLabel('Name').fill('ci');
    await page.getByLabel('Works until').fill('2090-01-01T12:00');
    await page.getByRole('checkbox', { name: 'Targets: See' }).check();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create the key' }).click();
    const key = await page.getByRole('dialog').locator('code').innerText();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('row', { name: /ci.*READ_TARGET.*2090/ }).waitFor();
    const caller = clientOf(console.server, `Bearer ${key}`);
    expect((await caller('/rest/v1/targets')).status).toBe(200);
    expect((await caller('/rest/v1/distributionsets')).status).toBe(403);
    await page.getByRole('button', { name: 'Revoke ci' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No API key yet').waitFor();
    expect((await caller('/rest/v1/targets')).status).toBe(401);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('adds a certificate authority, revokes a certificate below it, and deletes it', async () => {
    const { page, context, troubles } = await console.visit();
    const { cert } = await newAuthority('Factory');
    await page.goto('/settings?tab=certificates');
    await page.getByRole('button', { name: 'Add an authority' }).click();
    await page.getByLabel('Name').fill('factory');
    await page.getByLabel('Certificate', { exact: true }).fill('nothing');
    await page.getByRole('button', { name: 'Add the authority' }).click();
    await page.getByText(/PEM/).last().waitFor();
    await page.getByLabel('Certificate', { exact: true }).fill(cert);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Add the authority' }).click();
    const card = page.getByRole('region', { name: 'factory' });
    await card.getByText('CN=Factory').waitFor();
    await card.getByRole('button', { name: 'Edit factory' }).click();
    await page.getByRole('combobox', { name: 'Revoked serial numbers' }).fill('0a');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save the authority' }).click();
    await card.getByText('1 certificate', { exact: true }).waitFor();
    await expectAccessible(page);
    await card.getByRole('button', { name: 'Delete factory' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No certificate authority yet').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
