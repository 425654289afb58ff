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
    await page.getByRole('button', { name: 'Make a module' }).click();
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

    await page.getByRole('button', { name: 'Change Vendor' }).click();
    await page.getByRole('textbox', { name: 'Vendor' }).fill('Lamps Inc.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Lamps Inc. Change Vendor' }).waitFor();
    await page.getByRole('button', { name: 'Make a set with it' }).click();
    await page.getByRole('dialog').getByText('lamp-os 7').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Back to the list' }).click();
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
    await page.getByRole('combobox', { name: 'Only for targets that match' }).fill('id==lamp-a');
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

  it('is of types, which are made, described and deleted', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    await page.goto('/software?tab=types');
    const modules = page.getByRole('region', { name: 'Types of modules' });
    const sets = page.getByRole('region', { name: 'Types of sets' });
    await modules.getByRole('button', { name: 'New type of modules' }).click();
    await dialog.getByLabel('Name').fill('Firmware');
    await dialog.getByLabel('Key').fill('fw');
    await dialog.getByLabel('How many of them a set takes').fill('2');
    await dialog.getByRole('button', { name: 'Create the type' }).click();
    await modules.getByText('at most 2 in a set').waitFor();
    await sets.getByRole('button', { name: 'New type of sets' }).click();
    await dialog.getByLabel('Name').fill('Firmware only');
    await dialog.getByLabel('Key').fill('fw-only');
    await dialog.getByRole('combobox', { name: 'Modules that a set needs' }).click();
    await page.getByRole('option', { name: 'Firmware' }).click();
    await page.keyboard.press('Escape');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create the type' }).click();
    await sets.getByText('needs Firmware').waitFor();
    await sets.getByRole('button', { name: 'Edit the type Firmware only' }).click();
    await dialog.getByLabel('What for').fill('For pumps');
    await dialog.getByRole('button', { name: 'Save the type' }).click();
    await sets.getByText('For pumps').waitFor();
    for (const [card, name] of [
      [sets, 'Firmware only'],
      [modules, 'Firmware'],
    ] as const) {
      await card.getByRole('button', { name: `Delete the type ${name}`, exact: true }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await card.getByText(name, { exact: true }).waitFor({ state: 'detached' });
    }
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('has notes, of which devices may be told, and a set that is bad is taken out of use', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin } = console.tenant;
    const post = async (path: string, json: unknown) =>
      (await admin(`/rest/v1/${path}`, { method: 'POST', json })).json;
    const [{ id: moduleId }] = await post('softwaremodules', [{ name: 'bad-os', version: '1', type: 'os' }]);
    const [{ id: setId }] = await post('distributionsets', [
      { name: 'Bad', version: '1', type: 'os', modules: [{ id: moduleId }] },
    ]);
    const metadata = page.getByRole('region', { name: 'Metadata' });
    const note = async (key: string, value: string) => {
      await metadata.getByRole('button', { name: 'Add' }).click();
      await metadata.getByLabel('Key').fill(key);
      await metadata.getByLabel('Value').fill(value);
      await page.keyboard.press('Enter');
      await metadata.getByText(value, { exact: true }).waitFor();
    };
    await page.goto(`/software/modules/${moduleId}`);
    await note('slot', 'rootfs.1');
    await metadata.getByRole('switch', { name: 'Tell devices slot' }).focus();
    await page.keyboard.press('Space');
    await toldOn(page, 'slot is saved.');
    const seen = async () => (await admin(`/rest/v1/softwaremodules/${moduleId}/metadata`)).json.content;
    await expect.poll(seen).toEqual([{ key: 'slot', value: 'rootfs.1', targetVisible: true }]);
    // What is changed stays told to devices.
    await metadata.getByRole('button', { name: /Change slot/ }).click();
    await metadata.getByRole('textbox', { name: 'slot' }).fill('rootfs.0');
    await page.keyboard.press('Enter');
    await expect.poll(seen).toEqual([{ key: 'slot', value: 'rootfs.0', targetVisible: true }]);
    await expectAccessible(page);

    await page.goto(`/distribution-sets/${setId}`);
    await note('ticket', 'FW-7');
    await page.getByRole('button', { name: 'Take out of use' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Goes on').check();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Take out of use' }).click();
    await toldOn(page, 'Bad 1 is out of use.');
    await page.getByText('Invalid').first().waitFor();
    await page.getByRole('button', { name: 'Take out of use' }).waitFor({ state: 'detached' });
    expect((await admin(`/rest/v1/distributionsets/${setId}`)).json.valid).toBe(false);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
