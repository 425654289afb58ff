import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../../../src/database/connect.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
} from './support.ts';

const MOST_PRESSES = 12;

describe.skipIf(!executablePath)('the fleet in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    const rows = Array.from({ length: 9 }, (_, n) => [
      `lamp-${n}`,
      n < 6 ? 'north' : 'south',
      n < 2 ? `rev-${n + 2}` : '',
    ]);
    await console.tenant.admin('/imports', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: ['controllerId,group,attribute.hw', ...rows].join('\n'),
    });
    await addHistory(console);
  });
  afterAll(() => console?.close());

  it('is shown over time: by pointer, by the arrow keys and as a table', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/');
    const polls = page.getByRole('img', { name: /^Polls over time\. Polls: 1,500\./ });
    await polls.waitFor();
    // Nothing happened before the last hour.
    await expect.poll(() => page.getByRole('radio', { name: '1 h', exact: true }).isChecked()).toBe(true);
    await polls.focus();
    await page.keyboard.press('End');
    // How far it is depends on the time that has gone by.
    const shown = page.getByRole('status').getByText('Polls: 1,500');
    for (let presses = 0; presses < MOST_PRESSES && !(await shown.isVisible()); presses++)
      await page.keyboard.press('ArrowLeft');
    await shown.waitFor();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.getByRole('row', { name: /1,500 7 2/ }).waitFor();
    await expectAccessible(page);
    await page.getByText('7 d', { exact: true }).click();
    await polls.waitFor();
    await page.reload();
    await expect.poll(() => page.getByRole('radio', { name: '7 d', exact: true }).isChecked()).toBe(true);
    expect(new URL(page.url()).search).toBe('?range=7d');
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('is counted by what targets have, and each number leads to its targets', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/');
    await countBy(page, 'Group');
    await page.getByRole('link', { name: /^south\s+3$/ }).waitFor();
    await countBy(page, 'Attribute');
    await page.getByRole('combobox', { name: 'Key of the attribute' }).click();
    await page.getByRole('option', { name: 'hw' }).click();
    await page.getByRole('link', { name: /^without it\s+7$/ }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: /^rev-3\s+1$/ }).click();
    await page.getByRole('link', { name: 'lamp-1', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'lamp-0', exact: true }).count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('moves as devices come and go, in its numbers and in what it consists of', async () => {
    const { page, context } = await console.visit();
    await page.goto('/');
    await headingOf(page, 'Fleet').waitFor();
    await page.getByText('Live').waitFor();
    await countBy(page, 'Group');
    await page.getByRole('link', { name: /^north\s+6$/ }).waitFor();
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'lamp-late', group: 'west' }],
    });
    await page.getByRole('link', { name: /^Targets\s+10/ }).waitFor();
    await page.getByRole('link', { name: /^west\s+1$/ }).waitFor();
    await page.getByRole('link', { name: /^Waiting for approval/ }).click();
    await headingOf(page, 'Enrollment').waitFor();
    await context.close();
  });
});

const countBy = (page: Page, what: string) =>
  page.getByRole('radiogroup', { name: 'Count by' }).getByText(what, { exact: true }).click();

/** As if devices had polled half an hour ago. */
async function addHistory({ server, tenant }: ConsoleUnderTest): Promise<void> {
  const pool = openPool(server.database, { connections: 1, prepare: false });
  try {
    await pool.client`
      INSERT INTO fleet_history (tenant_id, at, polls, finished, failed)
      SELECT tenant_id, date_bin('5 minutes', now() - interval '30 minutes', '1970-01-01Z'), 1500, 7, 2
      FROM tenants WHERE name = ${tenant.name}`;
  } finally {
    await pool.close();
  }
}
