import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantsOf } from '../../support/grants.ts';
import { createServedTenant, graphql } from '../../support/server.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

describe.skipIf(!executablePath)('targets in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: Array.from({ length: 130 }, (_, index) => ({
        controllerId: `sensor-${String(index).padStart(3, '0')}`,
        description: index % 2 ? 'odd' : 'even',
        group: index % 2 ? 'odd-hall' : 'even-hall',
      })),
    });
  });
  afterAll(() => console?.close());

  it('are provisioned by a form, with commands that work', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/provision');
    // It is said while it is typed, and isn't sent.
    await page.getByLabel('Controller ID').fill('gate 1');
    await page.getByText('must hold no white space').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('x'.repeat(129));
    await page.getByText('must have at most 128 characters').waitFor();
    await page.getByRole('button', { name: 'Create the target' }).click();
    await expectAccessible(page);
    await page.getByLabel('Controller ID').fill('gate-1');
    await page.getByText('must hold no white space').waitFor({ state: 'detached' });
    await page.getByLabel('Name', { exact: true }).fill('Front gate');
    await page.getByRole('button', { name: 'Create the target' }).click();
    await page.getByRole('heading', { name: 'gate-1 is registered' }).waitFor();
    await page.getByText('Waiting for its first poll').waitFor();
    await page.getByText('which only this machine reaches').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Copy: curl' }).click();
    const command: string = await page.evaluate('navigator.clipboard.readText()');
    const [, header, url] = /-H '([^']+)' \\\n {2}(\S+)/.exec(command)!;
    const poll = await fetch(url!, { headers: { authorization: header!.replace('Authorization: ', '') } });
    expect(poll.status).toBe(200);
    await page.getByText('It polled just now.').waitFor();
    await page.getByRole('tab', { name: 'rauc-hawkbit-updater' }).click();
    await page.getByText('target_name               = gate-1').waitFor();

    await page.getByRole('button', { name: 'Provision another' }).click();
    await page.getByLabel('Controller ID').fill('gate-1');
    await page.getByRole('button', { name: 'Create the target' }).click();
    await page.getByText(/already exists/).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are found by a filter, which is in the address, and its fault is marked', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets');
    await page.getByRole('link', { name: 'sensor-000' }).waitFor();
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await filter.fill('controllerId==sensor-12*');
    await page.getByRole('link', { name: 'sensor-000' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'sensor-125' }).waitFor();
    expect(new URL(page.url()).searchParams.get('filter')).toBe('controllerId==sensor-12*');
    await page.reload();
    await page.getByRole('link', { name: 'sensor-125' }).waitFor();
    expect(await filter.inputValue()).toBe('controllerId==sensor-12*');
    await filter.fill('controllerId==x and');
    await page.keyboard.press('Escape');
    await page.getByText(/expected a field/i).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are found by a filter that is completed as it is typed, and mended where it is wrong', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets');
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await filter.focus();
    await page.keyboard.type('gro');
    await page.getByRole('option', { name: /^group/ }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await filter.inputValue()).toBe('group');
    await page.getByRole('option', { name: /^==/ }).waitFor();
    await page.keyboard.type('==ev');
    await page.getByRole('option', { name: /^even-hall/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => filter.getAttribute('aria-activedescendant')).toBeTruthy();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /^and/ }).waitFor();
    expect(await filter.inputValue()).toBe('group==even-hall ');
    await page.keyboard.press('Escape');
    await page.getByRole('option').first().waitFor({ state: 'detached' });
    await page.getByText(/^1–65 of 65$/).waitFor();

    await filter.fill('nam==x or group==odd-hall');
    await page.keyboard.press('Escape');
    await page.getByText("There is no field 'nam'").waitFor();
    const mark = page.locator('[class*=mark]', { hasText: /^nam$/ });
    expect((await mark.boundingBox())!.x).toBeLessThan((await filter.boundingBox())!.x + 60);
    await page.getByRole('button', { name: 'Use name' }).click();
    expect(await filter.inputValue()).toBe('name==x or group==odd-hall');
    await page.getByText(/^1–65 of 65$/).waitFor();
    await filter.fill('nam==x or overdue==maybe or createdAt>today');
    await page.keyboard.press('Escape');
    for (const told of ["There is no field 'nam'", "true or false for 'overdue'", 'A time is an integer'])
      await page.getByText(told).waitFor();
    expect(await page.locator('[class*=mirror] [class*=mark]').allInnerTexts()).toEqual([
      'nam',
      'maybe',
      'today',
    ]);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('come in pages and in an order, which are in the address', async () => {
    const { page, context } = await console.visit();
    await page.goto('/targets');
    await page.getByRole('button', { name: 'Controller ID' }).click();
    await page.getByRole('button', { name: 'Controller ID' }).click();
    await page.getByRole('link', { name: 'sensor-129' }).waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText(/^101–13\d of 13\d$/).waitFor();
    await page.reload();
    await page.getByText(/^101–13\d of 13\d$/).waitFor();
    await page.goBack();
    await page.getByText(/^1–100 of 13\d$/).waitFor();
    await context.close();
  });

  it('are changed by a filter as a job, whose progress is shown', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets');
    await page.getByLabel('Select all on this page').check();
    await page.getByRole('button', { name: /^Select all \d+ that match$/ }).click();
    await page.getByRole('button', { name: 'Set group' }).click();
    const group = page.getByRole('dialog').getByLabel('Group', { exact: true });
    await group.fill('odd');
    await page.getByRole('option', { name: /^odd-hall ?\d+$/ }).waitFor();
    await group.fill('all-of-them');
    await page.getByRole('button', { name: /^Set group \(\d+\)$/ }).click();
    await toldOn(page, /The group of \d+ targets is set/);
    await page
      .getByRole('row', { name: /sensor-000/ })
      .getByText('all-of-them')
      .waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are changed together: some by tag, all that match by deletion, with the count before', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets?filter=description%3D%3Dodd');
    const third = page.getByLabel('Select sensor-003');
    const before = await third.boundingBox();
    await page.getByLabel('Select sensor-001').check();
    await page.getByText('1 selected').waitFor();
    expect(await third.boundingBox(), 'a row that the next click is for').toEqual(before);
    await third.check();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByText('This changes 2 targets.').waitFor();
    await page.getByRole('dialog').getByLabel('Tag', { exact: true }).fill('pilot');
    await page.getByRole('button', { name: 'Tag (2)' }).click();
    await toldOn(page, '2 targets tagged.');
    await page
      .getByRole('row', { name: /sensor-003/ })
      .getByText('pilot')
      .waitFor();

    await page.getByLabel('Select all on this page').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'Delete 65 targets?' }).waitFor();
    await expectAccessible(page);
    const confirm = page.getByRole('button', { name: 'Delete (65)' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type 65 to confirm').fill('65');
    await confirm.click();
    await toldOn(page, '65 targets deleted.');
    await page.getByText('Nothing matches this filter').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are changed in place, and their token is hidden until it is asked for', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets/sensor-000');
    await headingOf(page, 'sensor-000').waitFor();
    await page.getByRole('button', { name: 'Change Name' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Zero');
    await page.keyboard.press('Enter');
    await headingOf(page, 'Zero').waitFor();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    // It is offered only for a while.
    await page.getByRole('button', { name: 'Undo' }).click();
    await headingOf(page, 'sensor-000').waitFor();
    await timeline.getByText('sensor-000 → Zero').waitFor();
    await timeline.getByText('Zero → sensor-000').waitFor();
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });

    const metadata = page.getByRole('region', { name: 'Metadata' });
    await metadata.getByRole('button', { name: 'Add' }).click();
    await metadata.getByLabel('Key').fill('owner');
    await metadata.getByLabel('Value').fill('Ada');
    await page.keyboard.press('Enter');
    await metadata.getByText('Ada', { exact: true }).waitFor();
    await metadata.getByRole('button', { name: 'Remove owner' }).click();
    await metadata.getByText('Ada', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await metadata.getByText('Ada', { exact: true }).waitFor();

    const consent = page.getByRole('switch', { name: 'given in advance' });
    // The switch itself is drawn over its input.
    await consent.focus();
    await page.keyboard.press('Space');
    await expect.poll(() => consent.isChecked()).toBe(true);
    await page.getByText('just now by boss').first().waitFor();

    const { target } = await graphql(
      console.tenant.admin,
      '{ target: targetByControllerId(controllerId: "sensor-000") { securityToken } }',
    );
    expect(await page.content()).not.toContain(target.securityToken);
    await page.getByRole('button', { name: 'Show the token' }).click();
    await page.getByText(target.securityToken, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rotate the token' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate the token' }).click();
    await page.getByText(target.securityToken, { exact: true }).waitFor({ state: 'detached' });
    const token = await page.locator('code').first().innerText();
    const pollWith = async (it: string) => {
      const path = `/${console.tenant.name}/controller/v1/sensor-000`;
      const headers = { authorization: `TargetToken ${it}` };
      return (await fetch(console.server.url + path, { headers })).status;
    };
    expect(await pollWith(token)).toBe(200);
    expect(await pollWith(target.securityToken)).toBe(401);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('change hands by a code that is shown once', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin } = console.tenant;
    await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'sold' }] });
    await page.goto('/targets/sold');
    const card = page.getByRole('region', { name: 'Change hands' });
    await card.getByText('There is no code').waitFor();
    await card.getByRole('button', { name: 'Make a code' }).click();
    const dialog = page.getByRole('dialog');
    expect((await dialog.locator('code').innerText()).length).toBeGreaterThan(10);
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await card.getByText('A code works until').waitFor();
    await card.getByRole('button', { name: 'Make another code' }).click();
    await dialog.getByRole('button', { name: 'Make another code' }).click();
    await dialog.locator('code').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await card.getByRole('button', { name: 'End the code' }).click();
    await card.getByText('There is no code').waitFor();

    const other = await createServedTenant(console.server);
    await other.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'bought' }] });
    const { target } = await graphql(
      other.admin,
      '{ target: targetByControllerId(controllerId: "bought") { id } }',
    );
    const { createClaimCode: made } = await graphql(
      other.admin,
      'mutation ($id: ID!) { createClaimCode(input: { id: $id }) { code } }',
      { id: target.id },
    );
    await page.goto('/provision');
    await page.getByRole('button', { name: 'Take devices over' }).click();
    await dialog.getByLabel('Code').fill('nothing');
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await dialog.getByText(/code/i).first().waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Code').fill(made.code);
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await page.getByRole('heading', { name: /bought/ }).waitFor();
    await page.getByRole('button', { name: 'Copy: curl' }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('move as the devices do', async () => {
    const { page, context } = await console.visit();
    await page.goto('/');
    await headingOf(page, 'Fleet').waitFor();
    await page.getByText('Live').waitFor();
    await console.tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'late-1' }] });
    await page.goto('/targets/late-1');
    await page.getByText('Nothing to do').waitFor();
    await console.tenant.admin('/rest/v1/targets/late-1', { method: 'PUT', json: { name: 'Moved' } });
    await headingOf(page, 'Moved').waitFor();
    await page.getByRole('region', { name: 'Timeline' }).getByText('late-1 → Moved').waitFor();
    await context.close();
  });

  it('show a caller with few permissions only what they may do', async () => {
    await graphql(
      console.tenant.admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      { input: { username: 'reader', password: PASSWORD, grants: grantsOf('READ_TARGET') } },
    );
    const { page, context, troubles } = await console.visit({ username: `${console.tenant.name}\\reader` });
    await page.goto('/targets');
    await page.getByRole('link', { name: 'sensor-000' }).waitFor();
    expect(await page.getByRole('link', { name: 'Provision a device' }).count()).toBe(0);
    expect(await page.getByRole('checkbox').count()).toBe(0);
    await page.getByRole('link', { name: 'sensor-000' }).click();
    await page.getByRole('region', { name: 'Details' }).waitFor();
    for (const name of [/^Change/, /Delete/, /token/i, 'Add'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('show a caller with a scope what they may do to which', async () => {
    const grants = grantsOf('READ_TARGET', 'UPDATE_TARGET/id==sensor-000');
    await graphql(
      console.tenant.admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      { input: { username: 'keeper', password: PASSWORD, grants } },
    );
    const { page, context } = await console.visit({ username: `${console.tenant.name}\\keeper` });
    await page.goto('/targets/sensor-000');
    await page.getByRole('button', { name: 'Change Name' }).waitFor();
    await page.getByRole('button', { name: 'Rotate the token' }).waitFor();
    await page.goto('/targets/sensor-002');
    await page.getByText('Nothing to do: it polls again after 5 minutes.').waitFor();
    for (const name of [/^Change/, /token/i, 'Add'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await context.close();
  });
});
