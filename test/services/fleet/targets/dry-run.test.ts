import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { pendingTargets } from '../../../../src/database/tables/enrollment.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { rejectTargets } from '../../../../src/services/devices/pending-targets/reject.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import { deleteTargetMetadata } from '../../../../src/services/fleet/target-metadata/delete.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { unassignTargetTags } from '../../../../src/services/fleet/target-tags/unassign.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { assignTargetType } from '../../../../src/services/fleet/targets/assign-type.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { rotateTargetTokens } from '../../../../src/services/fleet/targets/rotate-tokens.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

interface Asked {
  filter?: string;
  controllerIds?: string[];
  dryRun?: boolean;
}
const counted = async (done: Promise<number | { affectedCount: number }>) => {
  const result = await done;
  return typeof result === 'number' ? result : result.affectedCount;
};

async function fleet() {
  const { tenantId, contextOf } = await newTenant(platform);
  const context = contextOf();
  const targets = ['a', 'b', 'c'].map((controllerId) => ({ controllerId }));
  await createTargets(context, { targets });
  const tags = await createTargetTags(context, { targetTags: [{ name: 'x' }, { name: 'y' }] });
  const types = await createTargetTypes(context, { targetTypes: [{ name: 'type' }] });
  await assignTargetTags(context, { tagNames: ['x'], controllerIds: ['a', 'b'] });
  await assignTargetTags(context, { tagNames: ['y'], controllerIds: ['a'] });
  await assignTargetType(context, { targetTypeId: types.created[0]!.id, controllerIds: ['a'] });
  await assignTargetGroup(context, { group: 'g', controllerIds: ['a'] });
  const entries = [
    { key: 'k', value: 'v' },
    { key: 'l', value: 'w' },
  ];
  await setTargetMetadata(context, { controllerIds: ['a'], entries });
  await setTargetMetadata(context, { controllerIds: ['b'], entries: [{ key: 'k', value: 'other' }] });
  const [id] = [await createEnrollmentGroup(context, { name: 'held' })].map(({ group }) => group.id);
  const now = new Date();
  await platform.database.insert(pendingTargets).values(
    ['p', 'q'].map((controllerId) => ({
      tenantId,
      controllerId,
      groupId: id!,
      state: 'pending' as const,
      firstRequestAt: now,
      lastRequestAt: now,
    })),
  );
  return {
    tenantId,
    context,
    tagIds: tags.created.map(({ id }) => id),
    typeId: types.created[0]!.id,
    entries,
  };
}
type Fleet = Awaited<ReturnType<typeof fleet>>;

const VERBS: Record<string, (context: Context, fleet: Fleet, asked: Asked) => Promise<number>> = {
  deleteTargets: (c, _, asked) => deleteTargets(c, asked),
  rotateTargetTokens: (c, _, asked) => rotateTargetTokens(c, asked),
  assignTargetType: (c, { typeId }, asked) => assignTargetType(c, { targetTypeId: typeId, ...asked }),
  assignTargetGroup: (c, _, asked) => assignTargetGroup(c, { group: 'g', ...asked }),
  'taking groups away': (c, _, asked) => assignTargetGroup(c, { group: null, ...asked }),
  assignTargetTags: (c, { tagIds }, asked) => counted(assignTargetTags(c, { tagIds, ...asked })),
  unassignTargetTags: (c, { tagIds }, asked) => counted(unassignTargetTags(c, { tagIds, ...asked })),
  setTargetMetadata: (c, { entries }, asked) => setTargetMetadata(c, { entries, ...asked }),
  deleteTargetMetadata: (c, _, asked) => deleteTargetMetadata(c, { keys: ['k', 'none'], ...asked }),
};

describe('a dry run', () => {
  for (const [name, call] of Object.entries(VERBS))
    it(`of ${name} counts what it would change, by filter and by name`, async () => {
      const here = await fleet();
      const { context } = here;
      const named = await call(context, here, { controllerIds: ['a', 'b', 'c'], dryRun: true });
      const matching = await call(context, here, { filter: 'id==*', dryRun: true });
      expect(await call(context, here, { filter: 'id==*' })).toBe(matching);
      expect(named).toBe(matching);
      expect(matching).toBeGreaterThan(0);
      await expect(call(context, here, { controllerIds: ['none'], dryRun: true })).rejects.toMatchObject({
        code: 'TARGET_NOT_FOUND',
      });
    });

  it('of an approval or a rejection counts the pending ones', async () => {
    const { context } = await fleet();
    for (const verb of [approveTargets, rejectTargets]) {
      expect(await verb(context, { filter: 'id==*', dryRun: true })).toBe(2);
      expect(await verb(context, { controllerIds: ['p'], dryRun: true })).toBe(1);
    }
    expect(await rejectTargets(context, { controllerIds: ['p'] })).toBe(1);
    expect(await rejectTargets(context, { controllerIds: ['p', 'q'], dryRun: true })).toBe(1);
    expect(await approveTargets(context, { filter: 'id==*', dryRun: true })).toBe(1);
    expect(await approveTargets(context, { filter: 'id==*' })).toBe(1);
  });

  it('waits for nobody, as it locks nothing', async () => {
    const here = await fleet();
    await platform.database.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM targets WHERE tenant_id = ${here.tenantId} FOR UPDATE`);
      for (const call of Object.values(VERBS))
        expect(await call(here.context, here, { filter: 'id==*', dryRun: true })).toBeGreaterThan(0);
    });
  });
});
