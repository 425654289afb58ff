import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../src/cli/program.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  headingOf,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

/** Rollouts move on by a job that looks every few seconds. */
const MOVES = { timeout: 60_000 };

describe.skipIf(!executablePath)('a simulated fleet in the console', () => {
  let console: ConsoleUnderTest;
  let playing: Promise<number> | undefined;
  beforeAll(async () => {
    console = await openConsole();
  });
  afterEach(async () => {
    // As Ctrl-C does.
    process.emit('SIGINT');
    await playing;
    playing = undefined;
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  afterAll(() => console?.close());

  /** `muster simulate`, in this process. */
  function simulate(...args: string[]) {
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    vi.stubEnv('MUSTER_URL', console.server.url);
    vi.stubEnv('MUSTER_USER', `${console.tenant.name}\\boss`);
    vi.stubEnv('MUSTER_PASSWORD', PASSWORD);
    playing = runCommand(['simulate', '--interval', '1', ...args]);
  }

  it('is seen registering, gets an upload by a rollout, and is seen installing it', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/');
    await page.getByText('No devices yet').waitFor();
    const command = `simulate --url ${console.server.url} --user '${console.tenant.name}\\boss'`;
    await page.getByText(command).waitFor();
    simulate('--devices', '12', '--prefix', 'lamp-');
    await page.getByRole('link', { name: /^Targets 12/ }).waitFor(MOVES);

    await page.getByRole('link', { name: 'Software', exact: true }).click();
    await page.getByRole('button', { name: 'New module' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('lamp-os');
    await page.getByRole('textbox', { name: 'Version' }).fill('2');
    await page.getByRole('button', { name: 'Create the module' }).click();
    await headingOf(page, 'lamp-os 2').waitFor();
    await page.locator('input[type=file]').setInputFiles({
      name: 'lamp.img',
      mimeType: 'application/octet-stream',
      buffer: Buffer.alloc(9_000, 1),
    });
    await toldOn(page, 'lamp.img is uploaded');
    await page.getByRole('link', { name: 'Software', exact: true }).click();
    await page.getByRole('button', { name: 'New distribution set' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Lamps');
    await page.getByRole('textbox', { name: 'Version' }).fill('2');
    await page.getByRole('button', { name: 'Create the set' }).click();
    await headingOf(page, 'Lamps 2').waitFor();
    await page.getByRole('combobox', { name: 'Add a module' }).click();
    await page.getByRole('option', { name: 'lamp-os 2' }).click();
    await page.getByText('Complete', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Rollouts', exact: true }).click();
    await page.getByRole('link', { name: 'New rollout' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Lamps to 2');
    await page.getByRole('combobox', { name: 'Distribution set' }).click();
    await page.getByRole('option', { name: 'Lamps 2' }).click();
    await page.getByLabel('Which targets').fill('controllerId==lamp-*');
    await page.getByLabel('Number of groups').fill('2');
    await page.getByText('12 targets in 2 groups').waitFor();
    await page.getByRole('button', { name: 'Create the rollout' }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).click(MOVES);
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
    await page.getByRole('img', { name: /^(?:[1-9]|1[0-2]) of 12 finished$/ }).waitFor(MOVES);
    await page.getByRole('img', { name: '12 of 12 finished' }).waitFor(MOVES);
    await page.getByText('Finished', { exact: true }).first().waitFor(MOVES);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Targets', exact: true }).click();
    await page
      .getByRole('row', { name: /lamp-0*1\b.*In sync/ })
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('that fails pauses the rollout in its first group, and the list of rollouts says so live', async () => {
    const { admin } = console.tenant;
    const sets = (await admin('/rest/v1/distributionsets?q=name==Lamps')).json.content;
    const { page, context, troubles } = await console.visit();
    simulate('--devices', '6', '--prefix', 'bulb-', '--fail', '100%');
    const registered = async () =>
      (await admin('/rest/v1/targets?q=controllerId==bulb-*&limit=1')).json.total;
    await expect.poll(registered, MOVES).toBe(6);
    await page.goto('/rollouts');
    await page.getByRole('link', { name: 'Lamps to 2' }).waitFor();
    const made = await admin('/rest/v1/rollouts', {
      method: 'POST',
      json: {
        name: 'Bulbs to 2',
        distributionSetId: sets[0].id,
        targetFilterQuery: 'controllerId==bulb-*',
        amountGroups: 2,
      },
    });
    expect(made.status).toBe(201);
    const row = page.getByRole('row', { name: /Bulbs to 2/ });
    await row.getByText('Ready to start').waitFor(MOVES);
    await admin(`/rest/v1/rollouts/${made.json.id}/start`, { method: 'POST' });
    await row.getByText('Paused').waitFor(MOVES);
    await row.getByRole('link', { name: 'Bulbs to 2' }).click();
    await page.getByText('Failed: the rollout paused').waitFor();
    await page.getByRole('button', { name: 'Show 3 failing targets' }).click();
    await page
      .getByRole('link', { name: /^bulb-/ })
      .first()
      .click();
    await page.getByText('Failed', { exact: true }).first().waitFor();
    const software = page.getByRole('region', { name: 'Software' });
    await software.getByText('Lamps 2 failed').waitFor();
    await software.getByText(/^Simulated failure: /).waitFor();
    await software.getByRole('button', { name: 'Show its action' }).click();
    await page.getByRole('button', { name: 'Lamps 2', expanded: true }).waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
