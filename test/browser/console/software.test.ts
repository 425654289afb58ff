import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpioOf } from '../../support/updates.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  toldOn,
} from './support.ts';

const IMAGE = Buffer.alloc(300_000, 7);

describe.skipIf(!executablePath)('software in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: ['a', 'b', 'c'].map((name) => ({ controllerId: `lamp-${name}`, group: 'lamps' })),
    });
  });
  afterAll(() => console?.close());

  it('is uploaded, put into a set, and assigned to all that match a filter, with the count before', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/software');
    await page.getByText('No distribution set yet').waitFor();
    await page.getByRole('button', { name: 'New module' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('lamp-os');
    await page.getByRole('textbox', { name: 'Version' }).fill('7');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create the module' }).click();
    await headingOf(page, 'lamp-os 7').waitFor();
    await page.getByText('No file yet.').waitFor();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'lamp.img', mimeType: 'application/octet-stream', buffer: IMAGE });
    await toldOn(page, 'lamp.img is uploaded');
    await page.getByText(createHash('sha256').update(IMAGE).digest('hex')).waitFor();
    await page.getByText('300 kB').waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Software' }).click();
    await page.getByRole('button', { name: 'New distribution set' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Lamps');
    await page.getByRole('textbox', { name: 'Version' }).fill('1');
    await page.getByRole('button', { name: 'Create the set' }).click();
    await headingOf(page, 'Lamps 1').waitFor();
    await page.getByText('Incomplete', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Add a module' }).click();
    await page.getByRole('option', { name: 'lamp-os 7' }).click();
    await page.getByRole('link', { name: 'lamp-os 7' }).waitFor();
    await page.getByText('Complete', { exact: true }).waitFor();
    await page.getByLabel('Which targets').fill('group==lamps');
    await page.getByText('3 targets match').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await page.getByRole('dialog').getByText('3 targets get Lamps 1 with their next poll.').waitFor();
    await page.getByRole('button', { name: 'Assign to 3 targets' }).click();
    await toldOn(page, 'Assigned to 3 targets.');
    const { json } = await console.tenant.admin('/rest/v1/targets/lamp-b/assignedDS');
    expect(json.name).toBe('Lamps');
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('says which targets a set is for, what its updates say, and asks before it goes to others', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/software?tab=modules');
    await page.getByRole('button', { name: 'New module' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('pump-os');
    await page.getByRole('textbox', { name: 'Version' }).fill('2');
    await page.getByRole('button', { name: 'Create the module' }).click();
    await headingOf(page, 'pump-os 2').waitFor();
    const update = cpioOf({
      'sw-description': 'software = { version = "2"; hardware-compatibility: [ "rev-a" ]; };',
    });
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'pump.swu', mimeType: 'application/octet-stream', buffer: update });
    await page.getByText('Update for SWUpdate · version 2 · for rev-a').waitFor();

    await page.getByRole('button', { name: 'Add by address' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the file').fill('extra.bin');
    await dialog.getByLabel('Address').fill('https://me:secret@files.example.com/extra.bin');
    await dialog.getByLabel('Size in bytes').fill('1234');
    await dialog.getByLabel('SHA-256').fill('a'.repeat(64));
    await dialog.getByLabel('SHA-1', { exact: true }).fill('b'.repeat(40));
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Add the file' }).click();
    await dialog.getByText('must hold no user and no password').waitFor();
    await dialog.getByLabel('Address').fill('https://files.example.com/extra.bin');
    await dialog.getByRole('button', { name: 'Add the file' }).click();
    await toldOn(page, 'extra.bin is added.');
    await page.getByText('https://files.example.com/extra.bin').waitFor();

    await page.getByRole('link', { name: 'Software' }).click();
    await page.getByRole('button', { name: 'New distribution set' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Pumps');
    await page.getByRole('textbox', { name: 'Version' }).fill('2');
    await page.getByRole('button', { name: 'Create the set' }).click();
    await headingOf(page, 'Pumps 2').waitFor();
    await page.getByRole('combobox', { name: 'Add a module' }).click();
    await page.getByRole('option', { name: 'pump-os 2' }).click();
    await page.getByText('attribute.hw_revision==rev-a').waitFor();
    await page.getByText('No device reports hw_revision yet').waitFor();
    await page.getByText('extra.bin: it lives elsewhere, and was not read').waitFor();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Filter' }).fill('id==lamp-a');
    await page.getByText('1 target match').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await toldOn(page, 'Saved. It counts');

    await page.getByLabel('Which targets').fill('group==lamps');
    await page.getByText('3 targets match').waitFor();
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await page.getByRole('button', { name: 'Assign to 3 targets' }).click();
    const question = page.getByRole('dialog');
    await question.getByText('2 chosen targets do not match').waitFor();
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('2 of the targets do not match the filter').waitFor();

    await page.goto('/targets/lamp-a');
    await page.getByText('Newest it could take').waitFor();
    await page.getByRole('link', { name: 'Pumps 2' }).waitFor();
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await page.getByRole('dialog').getByText('lamp-a gets Pumps 2 with its next poll.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click();
    await toldOn(page, 'Pumps 2 is assigned.');
    await page.getByText('assigned already').waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('goes to targets that a set is not for if somebody insists, and a rollout says whom it leaves out', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/software');
    await page.getByRole('link', { name: 'Pumps' }).click();
    await headingOf(page, 'Pumps 2').waitFor();
    await page.getByLabel('Which targets').fill('id==lamp-b');
    await page.getByText('1 target match').waitFor();
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await page.getByRole('button', { name: 'Assign to 1 target', exact: true }).click();
    await page.getByRole('button', { name: 'Assign anyway' }).click();
    await toldOn(page, 'Assigned to 1 target.');

    await page.goto('/rollouts/new');
    await page.getByRole('combobox', { name: 'Distribution set' }).click();
    await page.getByRole('option', { name: 'Pumps 2' }).click();
    await page.getByLabel('Which targets').fill('group==lamps');
    await page.getByText('It is for: id==lamp-a').waitFor();
    await page.getByText('1 target in 3 groups').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Also targets that the set is not for').check();
    await page.getByText('3 targets in 3 groups').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
