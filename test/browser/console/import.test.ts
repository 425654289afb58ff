import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
} from './support.ts';

describe.skipIf(!executablePath)('a file of devices in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await console.tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'old-1' }] });
  });
  afterAll(() => console?.close());

  const fileOf = (name: string, text: string | Buffer) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(text),
  });

  it('is mapped, checked, imported, and its refused rows come back to be mended', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/provision');
    await page.getByRole('link', { name: 'Provision many by a file' }).click();
    await headingOf(page, 'Provision many devices').waitFor();
    const file = 'serial;name;colour;note\r\nnew-1;"One; first";red;a\r\nold-1;x;;"b\nc"\r\nnew-2;;blue;\r\n';
    const chosen = page.locator('input[type=file]');
    await chosen.setInputFiles(fileOf('fleet.csv', file));
    await page.getByText('Choose the column that is the controller ID.').waitFor();
    expect(await page.getByRole('button', { name: 'Check' }).isDisabled()).toBe(true);
    await page.getByLabel('Column serial becomes').selectOption('Controller ID');
    await page.getByLabel('Column colour becomes').selectOption('Attribute colour');
    expect(await page.getByLabel('Column note becomes').inputValue()).toBe('');
    await page.getByRole('cell', { name: 'One; first' }).waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Check' }).click();
    const checked = page.getByRole('region', { name: 'Checked: nothing was changed yet' });
    await checked.getByRole('row', { name: /^3 old-1 controllerId: .*already exists/ }).waitFor();
    const preview = checked.getByRole('region', { name: 'As the server reads it' });
    await preview.getByRole('row', { name: '2 new-1 One; first colour=red' }).waitFor();
    await expectAccessible(page);
    expect((await console.tenant.admin('/rest/v1/targets/new-1')).status).toBe(404);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      checked.getByRole('link', { name: 'Download the refused rows' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^import-\d+-refused\.csv$/);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(
      /^serial;name;colour;note;refusedBecause\r\nold-1;x;;"b\nc";"line 3: controllerId: .*already exists.*"\r\n$/,
    );

    await page.getByRole('button', { name: 'Create 2 targets' }).click();
    await page.getByRole('region', { name: 'Imported' }).waitFor();
    const setup = page.getByRole('region', { name: 'Give the devices what they need' });
    await setup.getByRole('combobox', { name: 'Device' }).click();
    await page.getByRole('option', { name: 'new-2' }).click();
    await setup.getByText('/controller/v1/new-2').waitFor();
    await expectAccessible(page);
    await setup.getByRole('button', { name: 'Copy: curl' }).click();
    const command: string = await page.evaluate('navigator.clipboard.readText()');
    const [, header, url] = /-H '([^']+)' \\\n {2}(\S+)/.exec(command)!;
    const poll = await fetch(url!, { headers: { authorization: header!.replace('Authorization: ', '') } });
    expect(poll.status).toBe(200);
    const { json } = await console.tenant.admin('/rest/v1/targets/new-1/attributes');
    expect(json).toEqual({ colour: 'red' });
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('may be NDJSON, and says what is wrong with it', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/provision/many');
    const chosen = page.locator('input[type=file]');
    await chosen.setInputFiles(fileOf('empty.csv', ''));
    await page.getByText('There is nothing in this file.').waitFor();
    await chosen.setInputFiles(fileOf('fleet.ndjson', '{"serial":"line-1","tags":["eu"]}\n{"tags":1}\n'));
    await page.getByLabel('Column serial becomes').selectOption('Controller ID');
    await page.getByRole('cell', { name: '["eu"]' }).waitFor();
    await page.getByRole('button', { name: 'Check' }).click();
    await page
      .getByRole('row', { name: /^2 .*must be a list of texts/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Create 1 target' }).click();
    await page.getByRole('region', { name: 'Imported' }).waitFor();
    await page.getByText('/controller/v1/line-1').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
