import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServedTenant, type ServedTenant } from '../../support/server.ts';
import { type ConsoleUnderTest, executablePath, expectAccessible, openConsole, PASSWORD } from './support.ts';

describe.skipIf(!executablePath)('many devices that change hands', () => {
  let console: ConsoleUnderTest;
  let buyer: ServedTenant;
  beforeAll(async () => {
    console = await openConsole();
    buyer = await createServedTenant(console.server);
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: ['lamp-1', 'lamp-2', 'lamp-3'].map((controllerId) => ({ controllerId })),
    });
  });
  afterAll(() => console?.close());

  const downloaded = async (page: Page, button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
  };

  it('are released by one code with a list, and taken over together with new tokens', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    await page.goto('/targets');
    await page.getByLabel('Select lamp-1').check();
    await page.getByLabel('Select lamp-2').check();
    await page.getByRole('button', { name: 'Hand over' }).click();
    await dialog.getByText('another tenant can take over 2 targets').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Hand over (2)' }).click();
    await dialog.getByText('each of the 2 devices').waitFor();
    await expectAccessible(page);
    const code = await dialog.locator('pre code').innerText();
    const [head, ...lines] = await downloaded(page, 'Download the list of 2 devices');
    expect(head).toBe('controllerId,code,expiresAt');
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual([
      ['lamp-1', code],
      ['lamp-2', code],
    ]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.goto('/targets?filter=released%3D%3Dtrue');
    await page.getByRole('link', { name: 'lamp-1' }).waitFor();
    expect(await page.getByRole('link', { name: 'lamp-3' }).count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();

    const other = await console.visit({ username: `${buyer.name}\\boss`, password: PASSWORD });
    await other.page.goto('/provision');
    await other.page.getByRole('button', { name: 'Take devices over' }).click();
    const taking = other.page.getByRole('dialog');
    await taking.getByLabel('Code').fill(code);
    await taking.getByRole('combobox', { name: 'Controller IDs' }).fill('lamp-1 lamp-2');
    await other.page.keyboard.press('Enter');
    await expectAccessible(other.page);
    await taking.getByRole('button', { name: 'Take over' }).click();
    await other.page.getByRole('heading', { name: '2 devices taken over' }).waitFor();
    await expectAccessible(other.page);
    const [, ...rows] = await downloaded(other.page, 'Download all tokens');
    expect(rows.map((row) => row.split(',')[0])).toEqual(['lamp-1', 'lamp-2']);
    for (const [controllerId, token] of rows.map((row) => row.split(','))) {
      const headers = { authorization: `TargetToken ${token}` };
      const path = `/${buyer.name}/controller/v1/${controllerId}`;
      expect((await fetch(console.server.url + path, { headers })).status).toBe(200);
    }
    expect(other.troubles).toEqual([]);
    await other.context.close();
  });
});
