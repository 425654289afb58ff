import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadFile } from '../../support/software.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  headingOf,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

const MOST_TABS = 60;

/** Presses Tab until it has the focus; fails where that never comes. */
async function tabTo(page: Page, wanted: Locator, key = 'Tab'): Promise<void> {
  await wanted.first().waitFor();
  const focused = wanted.first().and(page.locator(':focus'));
  for (let presses = 0; presses < MOST_TABS; presses++) {
    if ((await focused.count()) > 0) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab never comes to ${wanted}`);
}

async function byPalette(page: Page, text: string, option: string | RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  const search = page.getByRole('textbox', { name: 'Search or go to …' });
  await search.waitFor();
  await page.keyboard.type(text);
  const wanted = page.getByRole('dialog').getByRole('button', { name: option }).first();
  await wanted.waitFor();
  const selected = wanted.and(page.locator('[data-selected]'));
  for (let presses = 0; presses < MOST_TABS && (await selected.count()) === 0; presses++)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await search.waitFor({ state: 'detached' });
}

/** One more letter comes just when the address gets the filter. */
const TYPES_ON = `
  const push = history.pushState;
  history.pushState = function (...args) {
    push.apply(this, args);
    if (!String(args[2]).endsWith('name%3D%3Da')) return;
    const field = document.querySelector('[aria-label=Filter]');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, 'name==ab');
    field.dispatchEvent(new Event('input', { bubbles: true }));
    globalThis.seen = new Set();
    setInterval(() => seen.add(field.value), 5);
  };`;

describe.skipIf(!executablePath)('the console by keyboard alone', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    const content = new Uint8Array(9);
    const { moduleId } = await uploadFile(console.tenant, { filename: 'image.bin', content });
    await console.tenant.admin('/rest/v1/distributionsets', {
      method: 'POST',
      json: [{ name: 'Doors', version: '7', type: 'os', modules: [{ id: moduleId }] }],
    });
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'door-0', group: 'hall-1' }],
    });
  });
  afterAll(() => console?.close());

  it('signs in, provisions a device, finds it, assigns software to it and watches it', async () => {
    const { page, context, troubles } = await console.visit({ username: '' });
    await page.goto('/');
    await page.getByLabel('User name').waitFor();
    await tabTo(page, page.getByLabel('User name'));
    await page.keyboard.type(`${console.tenant.name}\\boss`);
    await tabTo(page, page.getByLabel('Password', { exact: true }));
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await headingOf(page, 'Fleet').waitFor();

    await byPalette(page, 'provision a', /^Provision a device/);
    await headingOf(page, 'Provision a device').waitFor();
    await tabTo(page, page.getByLabel('Controller ID'));
    await page.keyboard.type('door-1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'door-1 is registered' }).waitFor();

    await byPalette(page, 'targets', /^Targets/);
    await tabTo(page, page.getByRole('combobox', { name: 'Filter' }));
    await page.keyboard.type('controllerId==door-1');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'door-0' }).waitFor({ state: 'detached' });
    await tabTo(page, page.getByLabel('Select door-1'));
    await page.keyboard.press('Space');
    await tabTo(page, page.getByRole('button', { name: 'Assign software' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await tabTo(page, dialog.getByRole('combobox', { name: 'Distribution set' }));
    await page.keyboard.type('Doors');
    await page.getByRole('option', { name: 'Doors 7' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await tabTo(page, dialog.getByRole('button', { name: 'Assign software (1)' }));
    await page.keyboard.press('Enter');
    await toldOn(page, 'The software is assigned to 1 target.');

    await tabTo(page, page.getByRole('link', { name: 'door-1', exact: true }));
    await page.keyboard.press('Enter');
    const actions = page.getByRole('region', { name: 'Actions' });
    await tabTo(page, actions.getByRole('button', { name: 'Doors 7' }));
    await page.keyboard.press('Enter');
    await report(console);
    await actions.getByText('Finished').first().waitFor();
    await actions.getByText('all doors open').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('has the focus in a dialog as soon as it is seen, and back where it was afterwards', async () => {
    const { page, context, troubles } = await console.visit();
    for (const [path, opener] of [
      ['/software', 'New distribution set'],
      ['/targets', 'Target filters'],
      ['/targets/door-0', 'Search or go to …'],
    ] as const) {
      await page.goto(path);
      const button = page.getByRole('button', { name: opener });
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').locator(':focus').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await button.and(page.locator(':focus')).waitFor();
    }
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('loses nothing that is typed into a filter while what was typed before is used', async () => {
    const { page, context } = await console.visit();
    await page.addInitScript(TYPES_ON);
    await page.goto('/targets');
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await filter.fill('name==a');
    await expect.poll(() => new URL(page.url()).searchParams.get('filter')).toBe('name==ab');
    expect(await page.evaluate('[...seen]')).toEqual(['name==ab']);
    await context.close();
  });

  it('reaches pages, tabs, targets and actions by the palette', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/');
    await headingOf(page, 'Fleet').waitFor();
    await byPalette(page, 'door-0', /^door-0/);
    await headingOf(page, 'door-0').waitFor();
    await byPalette(page, 'Doors', /^Doors/);
    await page
      .getByRole('link', { name: 'Software', exact: true })
      .and(page.locator('[aria-current=page]'))
      .waitFor();
    await byPalette(page, 'hall', /^hall-1/);
    await page.getByRole('link', { name: 'door-0' }).waitFor();
    expect(new URL(page.url()).searchParams.get('filter')).toBe('group=="hall-1"');
    await byPalette(page, 'by a file', /^Provision many/);
    await headingOf(page, 'Provision many devices').waitFor();
    await byPalette(page, 'api keys', /API keys/);
    await headingOf(page, 'Settings').waitFor();
    expect(new URL(page.url()).search).toBe('?tab=keys');
    await byPalette(page, 'dark', /Dark/);
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await byPalette(page, 'sign out', /Sign out/);
    await page.getByLabel('User name').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});

/** The device says that its only action is done. */
async function report({ server, tenant }: ConsoleUnderTest): Promise<void> {
  const { json } = await tenant.admin('/rest/v1/targets/door-1/actions');
  const { securityToken } = (await tenant.admin('/rest/v1/targets/door-1')).json;
  const path = `/${tenant.name}/controller/v1/door-1/deploymentBase/${json.content[0].id}/feedback`;
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `TargetToken ${securityToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      status: { execution: 'closed', result: { finished: 'success' }, details: ['all doors open'] },
    }),
  });
  expect(answer.status).toBe(200);
}
