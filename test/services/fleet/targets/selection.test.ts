import { afterAll, expect, it } from 'vitest';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import {
  type NotFoundPolicy,
  selectTargetIds,
  type TargetSelection,
} from '../../../../src/services/fleet/targets/selection.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { change } from '../../../../src/services/shared/change.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const fleet = async (...controllerIds: string[]) => {
  const context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
  return context;
};
const select = (context: Context, selection: TargetSelection, onNotFound?: NotFoundPolicy) =>
  change(context, (tx) => selectTargetIds(tx, context, 'UPDATE_TARGET', { ...selection, onNotFound }));

it.each<[TargetSelection, string[]]>([
  [{ controllerIds: ['b', 'a', 'b'] }, ['a', 'b']],
  [{ controllerIds: [] }, []],
  [{ filter: 'name==a or id==c' }, ['a', 'c']],
  [{ controllerIds: null, filter: 'id==none' }, []],
])('finds %j in the order of their ids', async (selection, expected) => {
  const context = await fleet('a', 'b', 'c');
  await fleet('a', 'b', 'c');
  const selected = await select(context, selection);
  expect(selected.map(({ controllerId }) => controllerId)).toEqual(expected);
  for (const { id, controllerId } of selected) expect((await findTarget(context, controllerId)).id).toBe(id);
});

it('refuses where one is missing, or passes it over', async () => {
  const context = await fleet('a');
  const selection = { controllerIds: ['a', 'x', 'y\0', 'A'] };
  await expect(select(context, selection)).rejects.toMatchObject({
    code: 'TARGET_NOT_FOUND',
    details: { path: ['controllerIds', '1'], entity: { id: 'x' } },
  });
  expect(await select(context, selection, 'ON_WHAT_FOUND_AND_SUCCESS')).toMatchObject([
    { controllerId: 'a' },
  ]);
});

it.each([{}, { controllerIds: [], filter: 'id==*' }, { controllerIds: null }])(
  'refuses %j: neither or both',
  async (selection) => {
    await expect(select(await fleet(), selection)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['controllerIds'] },
    });
  },
);

it('holds what it chose until the end: others wait, and nothing is lost between them', async () => {
  const context = await fleet('a', 'b');
  let chosen = () => {};
  const isChosen = new Promise<void>((resolve) => {
    chosen = resolve;
  });
  const order: string[] = [];
  const first = change(context, async (tx) => {
    await selectTargetIds(tx, context, 'UPDATE_TARGET', { filter: 'id==*' });
    chosen();
    await new Promise((resolve) => setTimeout(resolve, 200));
    order.push('first');
  });
  await isChosen;
  const update = updateTarget(context, { controllerId: 'b', name: 'n' }).then(() => order.push('update'));
  await Promise.all([first, update]);
  expect(order).toEqual(['first', 'update']);
});

it('lets bulk verbs over the same targets wait for each other instead of blocking each other', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `d${index}`);
  const context = await fleet(...names);
  const entry = (value: number) => [{ key: 'k', value: String(value) }];
  const selections = [
    { controllerIds: names },
    { controllerIds: names.toReversed() },
    { filter: 'id==d*' },
    { filter: 'name!=x' },
  ];
  const works = selections.map((selection, value) =>
    setTargetMetadata(context, { ...selection, entries: entry(value) }),
  );
  expect(await Promise.all(works)).toEqual([50, 50, 50, 50]);
});
