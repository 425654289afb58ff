import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../../support/server.ts';
import { type ConsoleUnderTest, executablePath, expectAccessible, openConsole, toldOn } from './support.ts';

const hasTools = ['openssl version', 'basenc --version'].every(
  (command) => spawnSync('sh', ['-c', command]).status === 0,
);

describe.skipIf(!executablePath || !hasTools)('derived tokens in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await graphql(
      console.tenant.admin,
      'mutation { createEnrollmentGroup(input: { name: "plant" }) { enrollmentGroup { id } } }',
    );
  });
  afterAll(() => console?.close());

  it('are made by the key of a group, which is shown once, as the example says', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    const pollWith = async (token: string) => {
      const path = `/${console.tenant.name}/controller/v1/device-1`;
      const headers = { authorization: `TargetToken ${token}` };
      return (await fetch(console.server.url + path, { headers })).status;
    };
    await page.goto('/enrollment?tab=groups');
    const card = page.getByRole('region', { name: 'plant' });
    await card.getByText('No key: each device needs a token').waitFor();
    await card.getByRole('button', { name: 'Set a key that tokens of plant' }).click();
    await dialog.getByLabel('A key of your own').fill('xyz');
    await dialog.getByText('must be hexadecimal').waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('A key of your own').fill('');
    await dialog.getByRole('button', { name: 'Set the key' }).click();
    await dialog.getByText('it is not shown again').waitFor();
    const [key, example] = await dialog.locator('code').allInnerTexts();
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Copy the example' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(example);
    const { stdout } = spawnSync('sh', ['-c', `${example!.split('\n')[0]}\nprintf %s "$token"`], {
      encoding: 'utf8',
    });
    expect(await pollWith(stdout)).toBe(200);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await card.getByText('first key').waitFor();
    expect(await page.content()).not.toContain(key);

    await page.goto('/targets/device-1');
    await page.getByRole('button', { name: 'End derived tokens' }).click();
    await dialog.getByText('device-1 can no longer sign in').waitFor();
    await dialog.getByRole('button', { name: 'End derived tokens' }).click();
    await toldOn(page, 'Its derived tokens no longer work.');
    expect(await pollWith(stdout)).toBe(401);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are of a second key beside the first, and each is deleted for itself', async () => {
    const { page, context, troubles } = await console.visit();
    const dialog = page.getByRole('dialog');
    await page.goto('/enrollment?tab=groups');
    const card = page.getByRole('region', { name: 'plant' });
    const setKey = async () => {
      await card.getByRole('button', { name: 'Set a key that tokens of plant' }).click();
      await dialog.getByRole('button', { name: 'Set the key' }).click();
      await dialog.locator('code').first().waitFor();
      await dialog.getByRole('button', { name: 'Close' }).last().click();
    };
    if ((await card.getByText('first key').count()) === 0) await setKey();
    await setKey();
    await card.getByText('second key').waitFor();
    await card.getByRole('button', { name: 'Set a key that tokens of plant' }).click();
    await dialog.getByText('Tokens of the key that it replaces stop working at once.').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    for (const name of ['first key', 'second key']) {
      await card.getByRole('button', { name: `Delete the ${name} of plant` }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await card.getByText(name).waitFor({ state: 'detached' });
    }
    await card.getByText('No key: each device needs a token').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
