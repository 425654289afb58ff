import { afterAll, expect, it } from 'vitest';
import { listAutoAssignmentsOfSet } from '../../../../src/services/deployments/auto-assignments/list.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createSet } from '../assignments/support.ts';
import { autoAssignment } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

it('are listed for their set, page by page and by a filter', async () => {
  const context = (await newTenant(platform)).contextOf();
  const [setId, otherId] = [await createSet(context, 'first'), await createSet(context, 'second')];
  const mine = [
    await autoAssignment(context, setId),
    await autoAssignment(context, setId, { name: 'again' }),
  ];
  await autoAssignment(context, otherId);
  const ids = async (request: Parameters<typeof listAutoAssignmentsOfSet>[2]) => {
    const { items } = await (await listAutoAssignmentsOfSet(context, setId, request)).page();
    return items.map(({ id }) => id);
  };
  expect(await ids({})).toEqual(mine.map(({ id }) => id));
  expect(await ids({ first: 1, offset: 1 })).toEqual([mine[1]!.id]);
  expect(await ids({ filter: `id==${mine[0]!.id}` })).toEqual([mine[0]!.id]);
  expect(await (await listAutoAssignmentsOfSet(context, setId, {})).total()).toBe(2);
  await expect(listAutoAssignmentsOfSet(context, -1, {})).rejects.toMatchObject({
    code: 'DISTRIBUTION_SET_NOT_FOUND',
  });
});
