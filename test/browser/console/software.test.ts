import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
} from './support.ts';

const LONG_MS = 90_000;
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

  it(
    'is uploaded, put into a set, and assigned to all that match a filter, with the count before',
    async () => {
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
      await page.getByText('lamp.img is uploaded').waitFor();
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
      await page.getByText('Assigned to 3 targets.').waitFor();
      const { json } = await console.tenant.admin('/rest/v1/targets/lamp-b/assignedDS');
      expect(json.name).toBe('Lamps');
      expect(troubles).toEqual([]);
      await context.close();
    },
    LONG_MS,
  );
});
