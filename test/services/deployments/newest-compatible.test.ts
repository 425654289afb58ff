import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { findNewestCompatibleSets } from '../../../src/services/deployments/assignments/newest-compatible.ts';
import { addCompatibleSetTypes } from '../../../src/services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { listDistributionSetTypes } from '../../../src/services/software/distribution-set-types/list.ts';
import { createDistributionSets } from '../../../src/services/software/distribution-sets/create.ts';
import { deleteDistributionSet } from '../../../src/services/software/distribution-sets/delete.ts';
import { invalidateDistributionSet } from '../../../src/services/software/distribution-sets/invalidate.ts';
import { updateDistributionSet } from '../../../src/services/software/distribution-sets/update.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';
import { assign, createSet } from './assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, {
    targets: ['a', 'b'].map((controllerId) => ({ controllerId, group: controllerId })),
  });
});

let count = 0;
const setFor = async (targetFilter: string | null): Promise<number> => {
  const id = await createSet(context, `s${count++}`);
  await updateDistributionSet(context, { id, targetFilter });
  return id;
};
const newestOf = async (as: Context, ...controllerIds: string[]) => {
  const targets = await Promise.all(controllerIds.map((id) => findTarget(context, id)));
  const found = await findNewestCompatibleSets(
    as,
    targets.map(({ id }) => id),
  );
  return found.map((set) => set?.id);
};

it('is the one that was created last of those that are for the target', async () => {
  expect(await newestOf(context, 'a', 'b')).toEqual([undefined, undefined]);
  const forAll = await setFor('id==*');
  await setFor(null);
  expect(await newestOf(context, 'a', 'b')).toEqual([forAll, forAll]);
  const forA = await setFor('group==a');
  expect(await newestOf(context, 'b', 'a')).toEqual([forAll, forA]);
  const newer = await setFor('group==a');
  expect(await newestOf(context, 'a')).toEqual([newer]);
});

it('goes by when sets were created, not by their numbers', async () => {
  const [first, second] = [await setFor('group==a'), await setFor('id==*')];
  await platform.database.execute(sql`
    UPDATE distribution_sets SET created_at = now() + interval '1 hour' WHERE tenant_id = ${context.caller.tenantId} AND id = ${first}`);
  expect(await newestOf(context, 'a', 'b')).toEqual([first, second]);
  await assign(context, second, ['a'], { offline: true });
  expect(await newestOf(context, 'a')).toEqual([first]);
  await assign(context, first, ['a'], { offline: true });
  expect(await newestOf(context, 'a')).toEqual([undefined]);
});

it('is newer than what the target has', async () => {
  const first = await setFor('id==*');
  const second = await setFor('id==*');
  await assign(context, first, ['a'], { offline: true });
  await assign(context, second, ['b'], { offline: true });
  expect(await newestOf(context, 'a', 'b')).toEqual([second, undefined]);
});

it('can be assigned: it is complete, neither invalidated nor deleted, and its type suits', async () => {
  const good = await setFor('id==*');
  const invalid = await setFor('id==*');
  await invalidateDistributionSet(context, { id: invalid, cancelActions: 'NONE' });
  await deleteDistributionSet(context, { id: await setFor('id==*') });
  await createDistributionSets(context, {
    distributionSets: [{ type: 'os', name: 'empty', version: '1', targetFilter: 'id==*' }],
  });
  expect(await newestOf(context, 'a')).toEqual([good]);
  const { created } = await createTargetTypes(context, { targetTypes: [{ name: 't' }] });
  const targetTypeId = created[0]!.id;
  const { items } = await (await listDistributionSetTypes(context, { filter: 'key==app' })).page();
  await addCompatibleSetTypes(context, { id: targetTypeId, setTypeIds: [items[0]!.id] });
  await updateTarget(context, { controllerId: 'a', targetTypeId });
  expect(await newestOf(context, 'a', 'b')).toEqual([undefined, good]);
});

it('is one that the caller may read', async () => {
  const older = await setFor('id==*');
  await setFor('id==*');
  const limited = { ...context, caller: { ...context.caller } };
  limited.caller.permissions = new Map(context.caller.permissions).set('READ_DISTRIBUTION_SET', [
    `id==${older}`,
  ]);
  expect(await newestOf(limited, 'a')).toEqual([older]);
});

it('is looked for among the newest 50 filters only, however many sets there are', async () => {
  const old = await setFor('id==a');
  const sets = Array.from({ length: 50 }, (_, n) => ({
    type: 'os',
    name: `other ${n}`,
    version: '1',
    targetFilter: `id==other-${n}`,
    moduleIds: [] as number[],
  }));
  const { created } = await createDistributionSets(context, { distributionSets: sets });
  // Incomplete ones take no place.
  expect(await newestOf(context, 'a')).toEqual([old]);
  const complete = await Promise.all(created.slice(0, 50).map((_, n) => setFor(`id==more-${n}`)));
  expect(complete).toHaveLength(50);
  expect(await newestOf(context, 'a')).toEqual([undefined]);
  const renewed = await setFor('id==a');
  expect(await newestOf(context, 'a')).toEqual([renewed]);
});
