import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, executablePath, expectAccessible, openConsole, toldOn } from './support.ts';

describe.skipIf(!executablePath)('the tags of distribution sets', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await console.tenant.admin('/rest/v1/distributionsets', {
      method: 'POST',
      json: [{ name: 'Pumps', version: '7', type: 'os' }],
    });
  });
  afterAll(() => console?.close());

  it('are made with a color, given to a set, found by a filter, and taken back', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    await page.goto('/settings?tab=setTags');
    await page.getByRole('button', { name: 'New tag' }).click();
    await dialog.getByLabel('Name').fill('released');
    await dialog.getByLabel('Color').fill('#2b8a3e');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create the tag' }).click();
    await page.getByRole('row', { name: /released.*#2b8a3e/ }).waitFor();
    await page.getByRole('button', { name: 'Edit the tag released' }).click();
    await dialog.getByLabel('What for').fill('May be rolled out');
    await dialog.getByRole('button', { name: 'Save the tag' }).click();
    await page.getByRole('row', { name: /released.*May be rolled out.*#2b8a3e/ }).waitFor();

    await page.goto('/software');
    await page.getByRole('link', { name: 'Pumps' }).click();
    const details = page.getByRole('region', { name: 'Details' });
    await details.getByRole('combobox', { name: 'Tags' }).click();
    await page.getByRole('option', { name: 'released' }).click();
    await toldOn(page, 'The tags are changed.');
    await page.keyboard.press('Escape');
    await expectAccessible(page);
    await page.goto('/software?filter=tag%3D%3Dreleased');
    await page.getByRole('row', { name: /Pumps.*released/ }).waitFor();
    await page.getByRole('link', { name: 'Pumps' }).click();
    await details.getByRole('combobox', { name: 'Tags' }).focus();
    await page.keyboard.press('Backspace');
    await page.getByRole('button', { name: 'Undo' }).click();
    await details.getByText('released').waitFor();
    await details.getByRole('combobox', { name: 'Tags' }).focus();
    await page.keyboard.press('Backspace');
    await details.getByText('released').waitFor({ state: 'detached' });

    await page.goto('/settings?tab=setTags');
    await page.getByRole('button', { name: 'Delete the tag released' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No tag yet').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('have a type, whose modules can be changed as long as no set is of it', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    await page.goto('/software?tab=types');
    const card = page.getByRole('region', { name: 'Types of sets' });
    await card.getByRole('button', { name: 'Edit the type App(s) only' }).click();
    await dialog.getByRole('combobox', { name: 'Modules that it may have' }).click();
    await page.getByRole('option', { name: 'OS' }).click();
    await page.keyboard.press('Tab');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save the type' }).click();
    await card.getByText('may have OS, needs Application').waitFor();
    await card.getByRole('button', { name: 'Edit the type OS only' }).click();
    await dialog.getByRole('combobox', { name: 'Modules that it may have' }).click();
    await page.getByRole('option', { name: 'Application' }).click();
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Save the type' }).click();
    await dialog.getByText(/module types are fixed/).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
