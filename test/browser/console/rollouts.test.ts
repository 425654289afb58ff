import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantsOf } from '../../support/grants.ts';
import { graphql } from '../../support/server.ts';
import { uploadFile } from '../../support/software.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
} from './support.ts';

/** Rollouts move on by a job that looks every few seconds. */
const MOVES = { timeout: 60_000 };

describe.skipIf(!executablePath)('rollouts in the console', () => {
  let console: ConsoleUnderTest;

  beforeAll(async () => {
    console = await openConsole();
    const { admin } = console.tenant;
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: Array.from({ length: 4 }, (_, index) => ({ controllerId: `pump-${index}`, group: 'pumps' })),
    });
    const { moduleId } = await uploadFile(console.tenant, {
      filename: 'image.bin',
      content: new Uint8Array(9),
    });
    await admin('/rest/v1/distributionsets', {
      method: 'POST',
      json: [{ name: 'Pumps', version: '2', type: 'os', modules: [{ id: moduleId }] }],
    });
  });
  afterAll(() => console?.close());

  /** A device says how its only action ended. */
  async function report(controllerId: string, finished: 'success' | 'failure') {
    const { admin } = console.tenant;
    const target = `/rest/v1/targets/${controllerId}`;
    const { json } = await admin(`${target}/actions`);
    const { securityToken } = (await admin(target)).json;
    const path = `/${console.tenant.name}/controller/v1/${controllerId}/deploymentBase/${json.content[0].id}/feedback`;
    const answer = await fetch(console.server.url + path, {
      method: 'POST',
      headers: { authorization: `TargetToken ${securityToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        status: { execution: 'closed', result: { finished }, details: [`${controllerId} ends: ${finished}`] },
      }),
    });
    expect(answer.status).toBe(200);
  }

  it('are planned before they are made, started, and seen moving; a failing group stops them', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/rollouts');
    await page.getByText('No rollout yet').waitFor();
    await page.getByRole('link', { name: 'New rollout' }).click();
    await headingOf(page, 'New rollout').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Autumn');
    await page.getByRole('combobox', { name: 'Distribution set' }).click();
    await page.getByRole('option', { name: 'Pumps 2' }).click();
    await page.getByLabel('Which targets').fill('group==pumps and');
    await page
      .getByRole('region', { name: 'The plan' })
      .getByText('It is seen once the filter is complete and right.')
      .waitFor();
    await page.getByLabel('Which targets').fill('group==pumps');
    await page.getByLabel('Number of groups').fill('2');
    await page.getByText('4 targets in 2 groups').waitFor();
    await page.getByRole('region', { name: 'The plan' }).getByText('group-2').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create the rollout' }).click();
    await headingOf(page, 'Autumn').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor(MOVES);
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await page.getByText(/just now by boss/).waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('in all, 4 targets get the set').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
    const running = page.getByRole('img', { name: '0 of 2 finished' }).first();
    await running.waitFor(MOVES);
    await page.getByRole('button', { name: 'Pause' }).waitFor(MOVES);
    await page.getByText('0 of 2 finished (0 %), next at 80 %').waitFor();
    await page.getByText('began', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Change Description' }).click();
    await page.getByRole('textbox', { name: 'Description' }).fill('After the tests');
    await page.keyboard.press('Enter');
    await page.getByText('After the tests').waitFor();

    for (const device of ['pump-0', 'pump-1']) await report(device, 'failure');
    await page.getByText('Failed: the rollout paused').waitFor(MOVES);
    await page.getByRole('button', { name: 'Show 2 failing targets' }).click();
    await page.getByRole('link', { name: 'pump-1' }).waitFor();
    await page.getByText('pump-1 ends: failure').waitFor();
    await page.getByText('2 failed (100 %)').waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Rollouts' }).click();
    await page
      .getByRole('row', { name: /Autumn/ })
      .getByText('Paused')
      .waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('have groups of their own, whose sizes are said before', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/rollouts/new');
    await page.getByLabel('Name', { exact: true }).fill('Spring');
    await page.getByRole('combobox', { name: 'Distribution set' }).click();
    await page.getByRole('option', { name: 'Pumps 2' }).click();
    await page.getByLabel('Which targets').fill('group==pumps');
    await page.getByText('Own groups').click();
    const plan = page.getByRole('region', { name: 'The plan' });
    const first = page.getByRole('group', { name: 'Group 1' });
    await first.getByLabel('Name of the group').fill('pilot');
    await first.getByLabel('Only targets that match').fill('controllerId==pump-0');
    await first.getByLabel('Share (% of them)').fill('100');
    await first.getByLabel('Pause when it is done').check({ force: true });
    const second = page.getByRole('group', { name: 'Group 2' });
    await second.getByLabel('Only targets that match').fill('controllerId==pump-1');
    await plan.getByText('No group takes 2 targets').waitFor();
    await second.getByLabel('Only targets that match').fill('controllerId!=pump-0');
    await plan.getByText('3 targets', { exact: true }).waitFor();
    await plan.getByText('and somebody resumes the rollout').waitFor();
    await page.getByLabel('Start by itself').fill('2090-01-01T12:00');
    await page.getByLabel('Weight').fill('700');
    await page.getByRole('combobox', { name: 'How it is installed' }).click();
    await page.getByRole('option', { name: /^Forced from a moment on/ }).click();
    await page.getByLabel('Forced from').fill('2090-02-01T12:00');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create the rollout' }).click();
    await headingOf(page, 'Spring').waitFor();
    await page.getByText('pilot').waitFor();
    await page.getByText('Starts by itself').waitFor();
    await page.getByText(/Pause at 80 % finished/).waitFor();
    const { rollouts } = await graphql(
      console.tenant.admin,
      `{ rollouts(filter: "name==Spring") { nodes { weight startAt forceType forcedAt groups { nodes {
          name filter percentage successAction } } } } }`,
    );
    expect(rollouts.nodes[0]).toMatchObject({
      weight: 700,
      forceType: 'TIME_FORCED',
      forcedAt: expect.stringMatching(/^2090-0[12]-/),
      groups: {
        nodes: [
          { name: 'pilot', filter: 'controllerId==pump-0', successAction: 'PAUSE' },
          { name: 'group-2', filter: 'controllerId!=pump-0', successAction: 'NEXT_GROUP' },
        ],
      },
    });
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('wait for who may approve them, where that is asked for', async () => {
    const { admin } = console.tenant;
    const approval = '/rest/v1/system/configs/rollout.approval.enabled';
    await admin(approval, { method: 'PUT', json: { value: true } });
    const { json } = await admin('/rest/v1/distributionsets?q=name==Pumps');
    await admin('/rest/v1/rollouts', {
      method: 'POST',
      json: {
        name: 'Winter',
        distributionSetId: json.content[0].id,
        targetFilterQuery: 'group==pumps',
        amountGroups: 1,
      },
    });
    const { page, context } = await console.visit();
    await page.goto('/rollouts');
    await page.getByRole('link', { name: 'Winter' }).click();
    await page.getByRole('button', { name: 'Approve' }).click(MOVES);
    await admin(approval, { method: 'DELETE' });
    await page.getByRole('dialog').getByLabel('Remark').fill('Not before Monday');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor(MOVES);
    await page.getByText('Not before Monday').waitFor();
    await context.close();
  });

  it('have auto-assignments beside them: made with a filter and a set, paused, changed and deleted', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/rollouts');
    await page.getByRole('link', { name: 'Auto-assignments' }).click();
    await page.getByText('No auto-assignment yet').waitFor();
    await page.getByRole('button', { name: 'New auto-assignment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Newcomers');
    await dialog.getByRole('combobox', { name: 'Which targets' }).fill('group==newcomers');
    await page.keyboard.press('Escape');
    await dialog.getByText('0 targets now, and those that match later').waitFor();
    await dialog.getByRole('combobox', { name: 'Distribution set' }).click();
    await page.getByRole('option', { name: 'Pumps 2' }).click();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create' }).click();
    const row = page.getByRole('row', { name: /Newcomers.*Running.*group==newcomers.*Pumps 2/ });
    await row.waitFor();
    await page.getByRole('button', { name: 'Pause: Newcomers' }).click();
    await page.getByRole('row', { name: /Newcomers.*Paused/ }).waitFor();
    await page.getByRole('button', { name: 'Resume: Newcomers' }).click();
    await row.waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Change Newcomers' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Rookies');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('combobox', { name: 'Filter' }).fill('name==Rookies');
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /Rookies/ }).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('filter')).toBe('name==Rookies');
    await page.getByRole('button', { name: 'Delete Rookies' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No auto-assignment matches this filter').waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('begin at the set that they give', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/software');
    await page.getByRole('link', { name: 'Pumps' }).click();
    await page.getByRole('link', { name: 'Roll out' }).click();
    await headingOf(page, 'New rollout').waitFor();
    const set = page.getByRole('combobox', { name: 'Distribution set' });
    await expect.poll(() => set.inputValue()).toBe('Pumps 2');
    await page.getByLabel('Which targets').fill('group==pumps');
    await page.getByText('4 targets in 3 groups').waitFor();
    await page.getByRole('button', { name: 'Create the rollout' }).scrollIntoViewIfNeeded();
    expect((await page.getByText('4 targets in 3 groups').boundingBox())!.y).toBeGreaterThan(52);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('offer nothing that the caller may not do', async () => {
    await graphql(
      console.tenant.admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      {
        input: {
          username: 'watcher',
          password: PASSWORD,
          grants: grantsOf('READ_ROLLOUT', 'READ_DISTRIBUTION_SET'),
        },
      },
    );
    const { page, context, troubles } = await console.visit({ username: `${console.tenant.name}\\watcher` });
    await page.goto('/rollouts');
    await page.getByRole('link', { name: 'Winter' }).click();
    await headingOf(page, 'Winter').waitFor();
    for (const name of ['Start', 'Stop', 'Delete', 'Approve'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'Rollouts' }).click();
    await headingOf(page, 'Rollouts').waitFor();
    expect(await page.getByRole('link', { name: 'New rollout' }).count()).toBe(0);
    await page.goto('/software');
    await page.getByRole('link', { name: 'Pumps' }).click();
    await headingOf(page, 'Pumps 2').waitFor();
    expect(await page.getByRole('link', { name: 'Roll out' }).count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
