import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../../support/server.ts';
import { type ConsoleUnderTest, executablePath, headingOf, openConsole } from './support.ts';

/** Each list with a filter: its path, a filter that finds nothing, and a column to order by. */
const LISTS: readonly (readonly [path: string, filter: string, column: string])[] = [
  ['/targets', 'name==none', 'Name'],
  ['/rollouts', 'name==none', 'Name'],
  ['/auto-assignments', 'name==none', 'Name'],
  ['/actions', 'target.name==none', 'State'],
  ['/software', 'name==none', 'Version'],
  ['/software?tab=modules', 'name==none', 'Version'],
  ['/enrollment?tab=waiting', 'controllerId==none', 'Controller ID'],
  ['/settings?tab=tags', 'name==none', 'Name'],
  ['/settings?tab=types', 'name==none', 'Name'],
  ['/settings?tab=users', 'username==none', 'User'],
  ['/settings?tab=roles', 'name==none', 'Name'],
  ['/settings?tab=keys', 'name==none', 'Name'],
  ['/jobs', 'createdBy==none', 'What'],
  ['/jobs?tab=imports', 'startedBy==none', 'Rows'],
  ['/audit', 'actor==none', 'When'],
];

describe.skipIf(!executablePath)('in the browser, lists', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole({ MUSTER_WEBHOOKS_PRIVATE: 'true' });
    await fill(console);
  });
  afterAll(() => console?.close());

  it.each(LISTS)('at %s keep filter and order in the address', async (path, filter, column) => {
    const { page, context, troubles } = await console.visit();
    await page.goto(path);
    await page.locator('tbody tr').first().waitFor();
    const head = page.getByRole('columnheader', { name: column, exact: true });
    await head.getByRole('button').click();
    await expect.poll(() => new URL(page.url()).searchParams.get('sort')).not.toBeNull();
    const field = page.getByLabel('Filter', { exact: true });
    await field.fill(filter);
    await page.getByText('matches this filter').waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('filter')).toBe(filter);
    expect(searchParams.get('tab')).toBe(new URL(path, console.server.url).searchParams.get('tab'));

    await page.reload();
    await page.getByText('matches this filter').waitFor();
    expect(await field.inputValue()).toBe(filter);
    await page.getByRole('button', { name: 'Clear the filter' }).last().click();
    await page.locator('tbody tr').first().waitFor();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect(new URL(page.url()).searchParams.has('filter')).toBe(false);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('of what goes on in the background say how it ended, and give back what was refused', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/jobs');
    await page.getByRole('row', { name: /^Set group .*Finished.*1,001 \/ 1,001/ }).waitFor();
    await page.getByRole('tab', { name: 'Imports' }).click();
    await page.getByRole('row', { name: /Finished.*1,002/ }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download 1 refused row' }).click(),
    ]);
    expect(await download.failure()).toBeNull();
    await page.getByRole('link', { name: 'CSV' }).click();
    await headingOf(page, 'Provision many devices').waitFor();
    await page.getByText('must hold no white space').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('of changes grow by what is added', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/audit');
    await page.locator('tbody tr').first().waitFor();
    await console.tenant.admin('/rest/v1/targettags', { method: 'POST', json: [{ name: 'while-you-look' }] });
    await page.getByRole('row', { name: /while-you-look/ }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('of cards are filtered, too', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/enrollment?tab=groups&filter=name%3D%3Dyard');
    await page.getByRole('region', { name: 'yard' }).waitFor();
    expect(await page.getByRole('region', { name: 'default' }).count()).toBe(0);
    await page.goBack();
    await page.goForward();
    await page.getByRole('region', { name: 'yard' }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('of deliveries say in the address whose they are, and which are shown', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings?tab=webhooks');
    await page.getByRole('button', { name: 'Show deliveries' }).click();
    await page.getByText('Delivered', { exact: true }).waitFor();
    await page.getByText('Delivered', { exact: true }).click();
    await page.getByText('matches this filter').waitFor();
    await page.reload();
    await page.getByText('matches this filter').waitFor();
    await headingOf(page, 'Settings').waitFor();
    expect(new URL(page.url()).searchParams.get('filter')).toBe('state==delivered');
    expect(troubles).toEqual([]);
    await context.close();
  });
});

/** One of everything that is listed. */
async function fill({ server, tenant: { admin, name } }: ConsoleUnderTest): Promise<void> {
  const post = async (path: string, json: unknown) =>
    (await admin(`/rest/v1/${path}`, { method: 'POST', json })).json;
  const ask = async (mutation: string, answer: string) => {
    const { made } = await graphql(
      admin,
      `mutation { made: ${mutation} { ${answer} userErrors { message } } }`,
    );
    expect(made.userErrors).toEqual([]);
    return made;
  };
  await ask('createWebhook(input: { name: "hook", url: "http://127.0.0.1:9/" })', 'secret');
  await post('targets', [{ controllerId: 'device-1', name: 'first' }]);
  const [module] = await post('softwaremodules', [{ name: 'os', version: '1', type: 'os' }]);
  const modules = [{ id: module.id }];
  const [set] = await post('distributionsets', [{ name: 'set', version: '1', type: 'os', modules }]);
  await post(`distributionsets/${set.id}/assignedTargets`, [{ id: 'device-1' }]);
  await post('rollouts', {
    name: 'rollout',
    distributionSetId: set.id,
    targetFilterQuery: 'id==device-1',
    amountGroups: 1,
  });
  const made = await post('targetfilters', { name: 'auto', query: 'id==device-1' });
  await post(`targetfilters/${made.id}/autoAssignDS`, { id: set.id });
  await post('targettags', [{ name: 'tag' }]);
  await post('targettypes', [{ name: 'type', key: 'type' }]);
  // So many that a change of all is a job.
  const rows = Array.from({ length: 1_001 }, (_, index) => `bulk-${index}`);
  const headers = { 'content-type': 'text/csv' };
  const sent = await admin('/imports', {
    method: 'POST',
    headers,
    body: ['controllerId', ...rows, 'not one'].join('\n'),
  });
  expect(sent.json.rows).toMatchObject({ created: rows.length, refused: 1 });
  const { job } = await ask(
    'assignTargetGroup(input: { targets: { filter: "controllerId==bulk-*" }, group: "bulk" })',
    'job { id }',
  );
  expect(job).not.toBeNull();
  await ask('createRole(input: { name: "fitter", grants: [] })', 'role { id }');
  await ask('createApiKey(input: { name: "key", grants: [{ permission: READ_TARGET }] })', 'key');
  const { token } = await ask(
    'createEnrollmentGroup(input: { name: "yard", requiresApproval: true })',
    'token',
  );
  await fetch(`${server.url}/${name}/controller/v1/waiting-1`, {
    headers: { authorization: `GatewayToken ${token}` },
  });
}
