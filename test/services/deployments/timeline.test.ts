import { afterAll, describe, expect, it } from 'vitest';
import { assignDistributionSet } from '../../../src/services/deployments/assignments/assign.ts';
import { listTimeline } from '../../../src/services/deployments/timeline/list.ts';
import { importTargets } from '../../../src/services/fleet/imports/import-targets.ts';
import { assignTargetGroup } from '../../../src/services/fleet/target-groups/assign.ts';
import { assignTargetTags } from '../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import { rotateTargetTokens } from '../../../src/services/fleet/targets/rotate-tokens.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';
import { createSet } from './assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const typesOf = async (context: Context, id = 'a', request = {}) => {
  const { items } = await (await listTimeline(context, id, request)).page();
  return items.map(({ type }) => type);
};

async function changed() {
  const { contextOf } = await newTenant(platform);
  const context = contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a' }, { controllerId: 'b' }] });
  await createTargetTags(context, { targetTags: [{ name: 'x' }] });
  await updateTarget(context, { controllerId: 'a', name: 'new' });
  await assignTargetTags(context, { tagNames: ['x'], filter: 'id==*' });
  await assignTargetGroup(context, { group: 'g', filter: 'id==b' });
  await rotateTargetTokens(context, { controllerIds: ['a'] });
  return { context, contextOf };
}
const CHANGES = ['target.token-rotated', 'target.tags-assigned', 'target.updated', 'target.created'];

describe('the timeline of a target', () => {
  it('tells who did what to it, by name and by a filter, the newest first', async () => {
    const { context } = await changed();
    expect(await typesOf(context)).toEqual(CHANGES);
    const { items } = await (await listTimeline(context, 'a')).page();
    expect(items[1]).toMatchObject({
      actor: 'tester',
      actorKind: 'USER',
      channel: 'GRAPHQL',
      filter: 'id==*',
      count: 2,
      changes: { tags: { new: ['x'] } },
    });
  });

  it('has the steps of its actions between', async () => {
    const { context } = await changed();
    const distributionSetId = await createSet(context, 'os');
    await assignDistributionSet(context, {
      distributionSetId,
      assignments: [{ filter: 'id==a' }],
    });
    const { items } = await (await listTimeline(context, 'a')).page();
    const [newest, next] = items.slice(0, 2).toSorted((one, other) => one.type.localeCompare(other.type));
    expect(newest).toMatchObject({
      type: 'action.running',
      actor: null,
      status: 'running',
      actionId: expect.any(Number),
    });
    expect(next).toMatchObject({ type: 'distribution-set.assigned', actor: 'tester' });
  });

  it('is read page by page, both ways, and counted', async () => {
    const { context } = await changed();
    const listing = await listTimeline(context, 'a', { first: 3 });
    const { items, cursorOf, hasNext } = await listing.page();
    expect([items.map(({ type }) => type), hasNext, await listing.total()]).toEqual([
      CHANGES.slice(0, 3),
      true,
      4,
    ]);
    expect(await typesOf(context, 'a', { after: cursorOf(items[2]!) })).toEqual(CHANGES.slice(3));
    expect(await typesOf(context, 'a', { last: 2, before: cursorOf(items[2]!) })).toEqual(
      CHANGES.slice(0, 2),
    );
  });

  it('has nothing of an earlier target with its name', async () => {
    const { context } = await changed();
    await deleteTargets(context, { filter: 'id==a' });
    await new Promise((resolve) => setTimeout(resolve, 2));
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    expect(await typesOf(context)).toEqual(['target.created']);
  });

  it('begins with its import, of which no event has its name', async () => {
    const { contextOf } = await newTenant(platform);
    const context = contextOf();
    await importTargets(context, { format: 'csv' }, async function* () {
      yield { rows: [{ line: 2, target: { controllerId: 'a' } }], end: { bytes: 9, lines: 2, digest: 'd' } };
    });
    const { items } = await (await listTimeline(context, 'a')).page();
    expect(items).toMatchObject([{ type: 'target.created', actor: 'tester' }]);
  });

  it('shows no changes without READ_AUDIT, and nothing out of scope', async () => {
    const { contextOf } = await changed();
    expect(await typesOf(contextOf(['READ_TARGET']))).toEqual(['target.created']);
    const scoped = listTimeline(contextOf(['READ_TARGET/group==g', 'READ_AUDIT']), 'a');
    await expect(scoped).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
    await expect(listTimeline(contextOf(['READ_AUDIT']), 'a')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
