import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadFile } from '../../support/software.ts';
import { type ConsoleUnderTest, executablePath, expectAccessible, openConsole, toldOn } from './support.ts';

describe.skipIf(!executablePath)('actions in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole();
    const { admin } = console.tenant;
    const names = ['fan-1', 'fan-2', 'fan-3'];
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: names.map((controllerId) => ({ controllerId })),
    });
    const { moduleId } = await uploadFile(console.tenant, {
      filename: 'fan.bin',
      content: new Uint8Array(9),
    });
    const sets = await admin('/rest/v1/distributionsets', {
      method: 'POST',
      json: [{ name: 'Fans', version: '3', type: 'os', modules: [{ id: moduleId }] }],
    });
    await admin(`/rest/v1/distributionsets/${sets.json[0].id}/assignedTargets`, {
      method: 'POST',
      json: names.map((id) => ({ id, type: 'soft' })),
    });
  });
  afterAll(() => console?.close());

  const actionOf = async (controllerId: string) =>
    (await console.tenant.admin(`/rest/v1/targets/${controllerId}/actions`)).json.content[0];

  it('are found by a filter, forced one by one, and canceled all that match', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/actions');
    await page.getByRole('row', { name: /fan-1.*Fans 3/ }).waitFor();
    await page.getByRole('checkbox', { name: 'Select action of fan-1' }).check();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Force' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Force 1' }).click();
    await toldOn(page, '1 action forced.');
    expect((await actionOf('fan-1')).forceType).toBe('forced');

    await page.getByRole('combobox', { name: 'Filter' }).fill('target.controllerId==fan-2');
    // What is offered lies over the table.
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /fan-1/ }).waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel 1' }).click();
    await toldOn(page, '1 action canceled.');
    await page.getByRole('row', { name: /fan-2.*Being canceled|fan-2.*Cancel/ }).waitFor();
    expect((await actionOf('fan-2')).status).toBe('canceling');
    expect((await actionOf('fan-3')).status).toBe('running');
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('that wait for a confirmation are denied and confirmed with a remark', async () => {
    const { admin } = console.tenant;
    const flow = '/rest/v1/system/configs/user.confirmation.flow.enabled';
    await admin(flow, { method: 'PUT', json: { value: true } });
    const { json } = await admin('/rest/v1/distributionsets?q=name==Fans');
    await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'fan-4' }] });
    await admin(`/rest/v1/distributionsets/${json.content[0].id}/assignedTargets`, {
      method: 'POST',
      json: [{ id: 'fan-4', confirmationRequired: true }],
    });
    const { page, context, troubles } = await console.visit();
    await page.goto('/actions?filter=target.controllerId%3D%3Dfan-4');
    for (const kind of ['Deny', 'Confirm']) {
      await page.getByRole('checkbox', { name: 'Select action of fan-4' }).check();
      await page.getByRole('button', { name: kind }).click();
      await page.getByRole('dialog').getByLabel('Remark').fill(`${kind}: asked the owner`);
      await page
        .getByRole('dialog')
        .getByRole('button', { name: `${kind} 1` })
        .click();
      await expect.poll(() => page.getByRole('checkbox', { checked: true }).count()).toBe(0);
    }
    await toldOn(page, '1 action confirmed.');
    const { id } = await actionOf('fan-4');
    const history = (await admin(`/rest/v1/targets/fan-4/actions/${id}/status`)).text;
    expect(history).toContain('Deny: asked the owner');
    expect(history).toContain('Confirm: asked the owner');
    await admin(flow, { method: 'DELETE' });
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('that have ended are deleted, the others stay', async () => {
    const { admin } = console.tenant;
    await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'fan-5' }] });
    const { json } = await admin('/rest/v1/distributionsets?q=name==Fans');
    await admin(`/rest/v1/distributionsets/${json.content[0].id}/assignedTargets`, {
      method: 'POST',
      json: [{ id: 'fan-5' }],
    });
    const { page, context, troubles } = await console.visit();
    await page.goto('/actions?filter=target.controllerId%3D%3Dfan-5');
    const remove = async () => {
      await page.getByRole('checkbox', { name: 'Select action of fan-5' }).check();
      await page.getByRole('button', { name: 'Delete' }).click();
      await expectAccessible(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Delete 1' }).click();
    };
    await remove();
    await toldOn(page, 'is in a state in which actions may not be deleted');
    const { id } = await actionOf('fan-5');
    await admin(`/rest/v1/targets/fan-5/actions/${id}`, { method: 'DELETE' });
    await admin(`/rest/v1/targets/fan-5/actions/${id}?force=true`, { method: 'DELETE' });
    await page.reload();
    await remove();
    await toldOn(page, '1 action deleted.');
    await page.getByText('No action matches this filter').waitFor();
    expect(await actionOf('fan-5')).toBeUndefined();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
