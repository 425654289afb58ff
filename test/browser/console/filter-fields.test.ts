import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../../support/server.ts';
import { uploadFile } from '../../support/software.ts';
import { type ConsoleUnderTest, executablePath, expectAccessible, openConsole, toldOn } from './support.ts';

describe.skipIf(!executablePath)('the filter fields of forms', () => {
  let console: ConsoleUnderTest;
  let set: number;
  beforeAll(async () => {
    console = await openConsole();
    const { admin } = console.tenant;
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: [
        { controllerId: 'crane-1', group: 'harbour' },
        { controllerId: 'crane-2', group: 'harbour' },
        { controllerId: 'van-1', group: 'yard' },
      ],
    });
    const { moduleId } = await uploadFile(console.tenant, {
      filename: 'crane.bin',
      content: new Uint8Array(9),
    });
    const { json } = await admin('/rest/v1/distributionsets', {
      method: 'POST',
      json: [{ name: 'Cranes', version: '1', type: 'os', modules: [{ id: moduleId }] }],
    });
    set = json[0].id;
  });
  afterAll(() => console?.close());

  /** Types a filter by what is offered, then one with a fault, which is marked and mended. */
  async function expectCompletion(page: Page, field: Locator) {
    await field.fill('');
    await field.click();
    await page.keyboard.insertText('gro');
    await page.getByRole('option', { name: /^group/ }).waitFor();
    // What was offered before had more.
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => field.getAttribute('aria-activedescendant')).toBeTruthy();
    await page.keyboard.press('Enter');
    await expect.poll(() => field.inputValue()).toBe('group');
    await page.keyboard.insertText('==harb');
    await page.getByRole('option', { name: /^harbour/ }).click();
    await expect.poll(() => field.inputValue()).toBe('group==harbour ');
    await field.fill('grup==harbour');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Use group' }).click();
    await expect.poll(() => field.inputValue()).toBe('group==harbour');
    await expectAccessible(page);
  }

  it('complete what is written, in a rollout and its groups', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto(`/rollouts/new?set=${set}`);
    await expectCompletion(page, page.getByRole('combobox', { name: 'Which targets' }));
    await page.getByText('2 targets in 3 groups').waitFor();
    await page.getByText('Own groups').click();
    const own = page.getByRole('group', { name: 'Group 1' }).getByRole('combobox');
    await expectCompletion(page, own);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('complete what is written for an assignment, which counts before it is sent', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto(`/distribution-sets/${set}`);
    const card = page.getByRole('region', { name: 'Assign' });
    const field = card.getByRole('combobox', { name: 'Which targets' });
    await expectCompletion(page, field);
    await card.getByText('2 targets match').waitFor();
    await field.fill('group==yard');
    await card.getByText('1 target matches').waitFor();
    await page.keyboard.press('Escape');
    await card.getByRole('button', { name: 'Assign' }).click();
    await page.getByText('1 target gets Cranes 1 with its next poll.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Assign to 1 target' }).click();
    await toldOn(page, 'Assigned to 1 target.');
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('complete what is written for an auto-assignment, and send what was written last', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/auto-assignments');
    await page.getByRole('button', { name: 'New auto-assignment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('all cranes');
    await dialog.getByRole('combobox', { name: 'Distribution set' }).click();
    await page.getByRole('option', { name: 'Cranes 1' }).click();
    const field = dialog.getByRole('combobox', { name: 'Which targets' });
    await expectCompletion(page, field);
    await dialog.getByText('2 targets now, and those that match later').waitFor();
    await field.fill('group==nowhere');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { autoAssignments } = await graphql(
      console.tenant.admin,
      '{ autoAssignments { nodes { filter } } }',
    );
    expect(autoAssignments.nodes).toEqual([{ filter: 'group==nowhere' }]);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('complete what is written for a grant of a role, each of its own kind, and for the scope of a key', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    await page.goto('/settings?tab=roles');
    await page.getByRole('button', { name: 'New role' }).click();
    await dialog.getByLabel('Name').fill('harbour');
    for (const permission of ['Targets: See', 'Software modules: See']) {
      await dialog.getByRole('checkbox', { name: permission }).check();
      await dialog.getByRole('combobox', { name: 'Limit a permission by a filter' }).click();
      await page.getByRole('option', { name: permission }).click();
    }
    await expectCompletion(page, dialog.getByRole('combobox', { name: /^Targets: See/ }));
    const ofModules = dialog.getByRole('combobox', { name: /^Software modules: See/ });
    await ofModules.click();
    await page.keyboard.type('ven');
    await page.getByRole('option', { name: /^vendor/ }).click();
    await page.keyboard.type('==ACME');
    await dialog.getByRole('button', { name: 'Create the role' }).click();
    await page.getByRole('row', { name: /harbour.*READ_SOFTWARE_MODULE\/vendor==ACME/ }).waitFor();

    await page.getByRole('tab', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'New API key' }).first().click();
    await dialog.getByLabel('Name').fill('billing');
    await dialog.getByRole('checkbox', { name: 'Targets: See' }).check();
    await expectCompletion(page, dialog.getByRole('combobox', { name: 'Only for targets that match' }));
    await dialog.getByRole('button', { name: 'Create the key' }).click();
    await page.getByRole('heading', { name: 'API key billing' }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('row', { name: /billing.*only group==harbour/ }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('change a saved filter', async () => {
    await graphql(
      console.tenant.admin,
      'mutation { createTargetFilter(input: { name: "cranes", filter: "name==*crane*" }) { targetFilter { id } } }',
    );
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets');
    await page.getByRole('button', { name: 'Target filters' }).click();
    await page.getByRole('button', { name: 'Change the filter cranes' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the filter cranes' });
    await dialog.getByLabel('Name of the filter').fill('harbour cranes');
    await expectCompletion(page, dialog.getByRole('combobox', { name: 'Filter' }));
    await dialog.getByRole('button', { name: 'Save this filter' }).click();
    await toldOn(page, 'The filter harbour cranes is saved.');
    const { targetFilters } = await graphql(
      console.tenant.admin,
      '{ targetFilters(filter: "name==harbour*") { nodes { name filter } } }',
    );
    expect(targetFilters.nodes).toEqual([{ name: 'harbour cranes', filter: 'group==harbour' }]);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
