import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from './pages.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
} from './support.ts';

describe.skipIf(!executablePath)('each page of the console', { timeout: 90_000 }, () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await console.tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'device-1', name: 'The first device', description: 'in the hall' }],
    });
  });
  afterAll(() => console?.close());

  describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
    it.each(PAGES)(
      '%s keeps to WCAG 2.2 AA and to its own policy, wide and narrow',
      async (path, heading) => {
        const { page, context, troubles } = await console.visit({ colorScheme });
        await page.goto(path);
        await headingOf(page, heading).waitFor();
        await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
        await expectAccessible(page);
        await page.setViewportSize({ width: 390, height: 844 });
        await expectAccessible(page);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow).toBeLessThanOrEqual(0);
        expect(troubles).toEqual([]);
        await context.close();
      },
    );
  });

  it.each(['light', 'dark'] as const)('so does the sign-in, %s', async (colorScheme) => {
    const { page, context, troubles } = await console.visit({ username: '', colorScheme });
    await page.goto('/');
    await page.getByLabel('User name').waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
