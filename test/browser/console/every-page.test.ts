import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf } from '../../support/ids.ts';
import { graphql } from '../../support/server.ts';
import { cpioOf } from '../../support/updates.ts';
import { PAGES } from './pages.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
} from './support.ts';

describe.skipIf(!executablePath)('each page of the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'device-1', name: 'The first device', description: 'in the hall' }],
    });
  });
  afterAll(() => console?.close());

  const check = async (path: string, heading: string | RegExp) => {
    const { page, context, troubles } = await console.visit();
    await page.goto(path);
    await headingOf(page, heading).waitFor();
    await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 20_000 }).toBe(0);
    await expectAccessibleInBothThemes(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessibleInBothThemes(page);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
    expect(troubles).toEqual([]);
    await context.close();
  };

  it.each(PAGES)('%s keeps to WCAG 2.2 AA and to its own policy, wide and narrow, light and dark', check);

  it('so do the pages of a module with an update, and of a set that is for some targets', async () => {
    const { moduleId, setId } = await makeSoftware(console);
    await check(`/software/modules/${moduleId}`, /^module /);
    await check(`/distribution-sets/${setId}`, /^set /);
  });

  it('so does the sign-in', async () => {
    const { page, context, troubles } = await console.visit({ username: '' });
    await page.goto('/');
    await page.getByLabel('User name').waitFor();
    await expectAccessibleInBothThemes(page);
    expect(troubles).toEqual([]);
    await context.close();
  });
});

/** Spinners have no end, transitions have. */
const COLORS_ARE_THERE = `Promise.allSettled(document.getAnimations()
  .filter((animation) => animation instanceof CSSTransition).map(({ finished }) => finished))`;

async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    // Colors may pass over from one theme to the other.
    await page.evaluate(COLORS_ARE_THERE);
    await expectAccessible(page);
  }
}

/** A module with a file in the store and one elsewhere, and a set that has it and is for one target. */
async function makeSoftware({ tenant: { admin } }: ConsoleUnderTest) {
  const version = randomUUID();
  const post = async (path: string, json: unknown) =>
    (await admin(`/rest/v1/${path}`, { method: 'POST', json })).json;
  const [{ id: moduleId }] = await post('softwaremodules', [{ name: 'module', version, type: 'os' }]);
  const body = new FormData();
  const update = cpioOf({ 'sw-description': 'software = { hardware-compatibility: [ "1.0" ]; };' });
  body.append('file', new Blob([update]), 'update.swu');
  await admin(`/rest/v1/softwaremodules/${moduleId}/artifacts`, { method: 'POST', body });
  const external = {
    moduleId: idOf('SoftwareModule', moduleId),
    filename: 'elsewhere.bin',
    url: 'https://files.example.com/elsewhere.bin',
    size: 1,
    sha256: 'a'.repeat(64),
  };
  await graphql(
    admin,
    'mutation ($input: CreateExternalArtifactInput!) { createExternalArtifact(input: $input) { artifact { id } } }',
    { input: external },
  );
  const [{ id: setId }] = await post('distributionsets', [
    { name: 'set', version, type: 'os', modules: [{ id: moduleId }] },
  ]);
  await graphql(
    admin,
    'mutation ($input: UpdateDistributionSetInput!) { updateDistributionSet(input: $input) { distributionSet { id } } }',
    { input: { id: idOf('DistributionSet', setId), targetFilter: 'id==device-1' } },
  );
  return { moduleId, setId };
}
