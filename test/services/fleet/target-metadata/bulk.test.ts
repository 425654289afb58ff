import { afterAll, expect, it } from 'vitest';
import { setAutoConfirm } from '../../../../src/services/deployments/auto-confirm/set.ts';
import { deleteTargetMetadata } from '../../../../src/services/fleet/target-metadata/delete.ts';
import { findTargetMetadata } from '../../../../src/services/fleet/target-metadata/find.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

// In a file of its own: PostgreSQL keeps for each connection how it checks a foreign key, and what suited the few rows
// of other tests takes seconds for these.
const { platform, close } = await openTestPlatform();
afterAll(close);

it('writes to more targets than one statement is for', async () => {
  const context = (await newTenant(platform)).contextOf();
  const ids = Array.from({ length: 5_001 }, (_, index) => `d${index}`);
  await createTargets(context, { targets: ids.map((controllerId) => ({ controllerId })) });
  const entries = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ];
  expect(await setTargetMetadata(context, { filter: 'id==*', entries })).toBe(5_001);
  expect(await deleteTargetMetadata(context, { controllerIds: ids, keys: ['a'] })).toBe(5_001);
  expect(await setAutoConfirm(context, { filter: 'id==*', active: true })).toBe(5_001);
  for (const controllerId of ['d0', 'd4999', 'd5000']) {
    const { id } = await findTarget(context, controllerId);
    expect((await findTargetMetadata(context, [id])).get(id)).toEqual([{ key: 'b', value: '2' }]);
  }
});
