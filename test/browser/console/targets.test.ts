import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantsOf } from '../../support/grants.ts';
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
    await page.getByLabel('Controller ID').fill('gate-1');
    await page.getByLabel('Name', { exact: true }).fill('Front gate');
    await page.getByRole('button', { name: 'Create the target' }).click();
    await page.getByRole('heading', { name: 'gate-1 is on the roll' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Copy: curl' }).click();
    const command: string = await page.evaluate('navigator.clipboard.readText()');
    const [, header, url] = /-H '([^']+)' \\\n {2}(\S+)/.exec(command)!;
    const poll = await fetch(url!, { headers: { authorization: header!.replace('Authorization: ', '') } });
    expect(poll.status).toBe(200);
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
    await page.getByRole('dialog').getByLabel('Group', { exact: true }).fill('all-of-them');
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
    await page.getByLabel('Select sensor-001').check();
    await page.getByLabel('Select sensor-003').check();
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
    await page.getByText('Nothing to do: it polls again after 00:05:00.').waitFor();
    for (const name of [/^Change/, /token/i, 'Add'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await context.close();
  });
});
