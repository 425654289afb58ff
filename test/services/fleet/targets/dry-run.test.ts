import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { pendingTargets } from '../../../../src/database/tables/enrollment.ts';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../../src/services/deployments/actions/confirm.ts';
import { deleteActions } from '../../../../src/services/deployments/actions/delete.ts';
import { forceActions } from '../../../../src/services/deployments/actions/force.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { setAutoConfirm } from '../../../../src/services/deployments/auto-confirm/set.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { rejectTargets } from '../../../../src/services/devices/pending-targets/reject.ts';
import { endClaimCodes } from '../../../../src/services/fleet/claims/end-codes.ts';
import { releaseTargets } from '../../../../src/services/fleet/claims/release.ts';
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
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createSet } from '../../deployments/assignments/support.ts';

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
  await setAutoConfirm(context, { controllerIds: ['a'], active: true });
  await releaseTargets(context, { ...CODE, controllerIds: ['a', 'b'] });
  await setTargetAttributes(context, { controllerIds: ['a', 'b'], attributes: [{ key: 'hw', value: '1' }] });
  await setTargetAttributes(context, { controllerIds: ['b'], attributes: [{ key: 'os', value: 'x' }] });
  const setId = await createSet(context, 'set');
  await assignDistributionSet(context, { distributionSetId: setId, assignments: [{ controllerIds: ['a'] }] });
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
    setId,
    entries,
  };
}
type Fleet = Awaited<ReturnType<typeof fleet>>;

const CODE = { digest: 'd', expiresAt: new Date(Date.now() + 3_600_000) };
const HELD = [{ key: 'hw', value: '1' }, { key: 'os' }];

const VERBS: Record<string, (context: Context, fleet: Fleet, asked: Asked) => Promise<number>> = {
  deleteTargets: (c, _, asked) => deleteTargets(c, asked),
  rotateTargetTokens: (c, _, asked) => rotateTargetTokens(c, asked),
  releaseTargets: (c, _, asked) => releaseTargets(c, { ...CODE, ...asked }),
  endClaimCodes: (c, _, asked) => endClaimCodes(c, asked),
  assignTargetType: (c, { typeId }, asked) => assignTargetType(c, { targetTypeId: typeId, ...asked }),
  assignTargetGroup: (c, _, asked) => assignTargetGroup(c, { group: 'g', ...asked }),
  'taking groups away': (c, _, asked) => assignTargetGroup(c, { group: null, ...asked }),
  assignTargetTags: (c, { tagIds }, asked) => counted(assignTargetTags(c, { tagIds, ...asked })),
  unassignTargetTags: (c, { tagIds }, asked) => counted(unassignTargetTags(c, { tagIds, ...asked })),
  setTargetMetadata: (c, { entries }, asked) => setTargetMetadata(c, { entries, ...asked }),
  deleteTargetMetadata: (c, _, asked) => deleteTargetMetadata(c, { keys: ['k', 'none'], ...asked }),
  setAutoConfirm: (c, _, asked) => setAutoConfirm(c, { active: true, ...asked }),
  'taking auto-confirm away': (c, _, asked) => setAutoConfirm(c, { active: false, ...asked }),
  'merging attributes': (c, _, asked) => setTargetAttributes(c, { attributes: HELD, ...asked }),
  'replacing attributes': (c, _, asked) =>
    setTargetAttributes(c, { mode: 'replace', attributes: HELD, ...asked }),
  'removing attributes': (c, _, asked) =>
    setTargetAttributes(c, { mode: 'remove', attributes: HELD, ...asked }),
  assignDistributionSet: async (c, { setId }, { dryRun, ...asked }) =>
    (await assignDistributionSet(c, { distributionSetId: setId, assignments: [asked], dryRun }))
      .affectedCount,
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

  it('of a change of actions counts those it concerns, by filter and by name', async () => {
    const { context, setId } = await fleet();
    const { actions } = await assignDistributionSet(context, {
      distributionSetId: setId,
      assignments: [{ controllerIds: ['b', 'c'], forceType: 'soft' }],
    });
    const [first, second] = actions.map(({ id }) => id);
    await cancelActions(context, { actionIds: [first!] });
    const byFilter = { filter: 'target.id==*', dryRun: true };
    expect(await cancelActions(context, byFilter)).toEqual({ affectedCount: 2, ids: [] });
    expect(await cancelActions(context, { ...byFilter, force: true })).toMatchObject({ affectedCount: 1 });
    expect(await forceActions(context, byFilter)).toMatchObject({ affectedCount: 2 });
    expect(await confirmActions(context, { ...byFilter, confirmation: 'denied' })).toMatchObject({
      affectedCount: 0,
    });
    expect(await deleteActions(context, byFilter)).toMatchObject({ affectedCount: 0 });
    const named = { actionIds: [second!], dryRun: true };
    expect(await cancelActions(context, named)).toEqual({ affectedCount: 1, ids: [] });
    const refused = cancelActions(context, { ...named, actionIds: [second!, first!] });
    await expect(refused).rejects.toMatchObject({
      code: 'ACTION_NOT_CANCELABLE',
      details: { path: ['actionIds', '1'] },
    });
  });

  it('waits for nobody, as it locks nothing', async () => {
    const here = await fleet();
    await platform.database.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM targets WHERE tenant_id = ${here.tenantId} LIMIT 1000 FOR UPDATE`);
      for (const call of Object.values(VERBS))
        expect(await call(here.context, here, { filter: 'id==*', dryRun: true })).toBeGreaterThan(0);
    });
  });
});
