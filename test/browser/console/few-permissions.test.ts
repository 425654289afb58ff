import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../../support/server.ts';
import { PAGES } from './pages.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
} from './support.ts';

describe.skipIf(!executablePath)('a caller with few permissions', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    await createUser('nobody');
    await createUser('packer', 'READ_SOFTWARE_MODULE', 'CREATE_SOFTWARE_MODULE');
  });
  afterAll(() => console?.close());

  const createUser = (username: string, ...permissions: string[]) =>
    graphql(
      console.tenant.admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      {
        input: {
          username,
          password: PASSWORD,
          grants: permissions.map((permission) => ({ permission })),
        },
      },
    );
  const visit = (username: string) => console.visit({ username: `${console.tenant.name}\\${username}` });

  it('is told on each page what is the matter, and offered nothing that is refused then', async () => {
    const { page, context, troubles } = await visit('nobody');
    for (const [path, heading] of PAGES) {
      await page.goto(path);
      await headingOf(page, path.startsWith('/targets/') ? /./ : heading).waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 20_000 }).toBe(0);
      expect(await page.getByRole('main').innerText(), path).toMatch(
        /ask an administrator for the permission|API key|No job yet|There is no such target/i,
      );
      expect(
        await page
          .getByRole('main')
          .getByRole('button', { name: /^(?:Create|New (?!API key))/ })
          .count(),
        path,
      ).toBe(0);
    }
    await page.goto('/provision');
    await page.getByText('Not for this account').waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('sees the first tab that they may, and makes a module without seeing sets', async () => {
    const { page, context, troubles } = await visit('packer');
    await page.goto('/software');
    await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['Modules']);
    await page.getByRole('button', { name: 'New module' }).click();
    await page.getByLabel('Name').fill('pump-os');
    await page.getByLabel('Version').fill('1');
    await page.getByRole('button', { name: 'Create the module' }).click();
    await headingOf(page, 'pump-os 1').waitFor();
    await page.goto('/software?tab=types');
    await page.getByRole('link', { name: 'pump-os' }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
