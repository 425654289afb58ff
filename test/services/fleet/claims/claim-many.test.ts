import { afterAll, describe, expect, it } from 'vitest';
import { claimTarget } from '../../../../src/services/fleet/claims/claim.ts';
import { claimTargets } from '../../../../src/services/fleet/claims/claim-many.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { releaseMany } from '../../../../src/services/jobs/release-targets.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { setTenantQuotas } from '../../../../src/services/platform/tenants/quotas.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const LOT = ['pump-1', 'pump-2', 'pump-3'];

/** A seller that has released a lot, and a buyer with its code. */
async function openSale() {
  const [seller, buyer] = [(await newTenant(platform)).contextOf(), (await newTenant(platform)).contextOf()];
  await createTargets(seller, { targets: LOT.map((controllerId) => ({ controllerId })) });
  const { code } = await releaseMany(seller, { controllerIds: LOT });
  return { seller, buyer, code: code! };
}

const namesOf = async (context: Context) =>
  (await (await listTargets(context, {})).page()).items.map(({ controllerId }) => controllerId).sort();

describe('claimTargets', () => {
  it('takes over a lot by its one code, each with a token of its own', async () => {
    const { seller, buyer, code } = await openSale();
    const claimed = await claimTargets(buyer, { code, controllerIds: ['pump-3', 'pump-1'], group: 'south' });
    expect(claimed).toMatchObject([
      { controllerId: 'pump-1', group: 'south' },
      { controllerId: 'pump-3', group: 'south' },
    ]);
    expect(new Set(claimed.map(({ securityToken }) => securityToken)).size).toBe(2);
    for (const name of ['pump-1', 'pump-3'])
      expect(await findTarget(seller, name)).toMatchObject({ movedAt: expect.any(Date) });
    expect(await findTarget(seller, 'pump-2')).toMatchObject({ movedAt: null });
    const told = async (context: Context, type: string) =>
      (await (await listAuditEvents(context, { filter: `type==${type}` })).page()).items.flatMap(
        ({ subjects }) => subjects,
      );
    expect((await told(buyer, 'target.claimed')).sort()).toEqual(['pump-1', 'pump-3']);
    expect((await told(seller, 'target.moved')).sort()).toEqual(['pump-1', 'pump-3']);
    expect(await claimTarget(buyer, { code, controllerId: 'pump-2' }), 'the rest later').toBeDefined();
  });

  it('takes over all or none', async () => {
    const { seller, buyer, code } = await openSale();
    const refused = (controllerIds: string[], error: string, who = buyer) =>
      expect(claimTargets(who, { code, controllerIds })).rejects.toMatchObject({ code: error });
    await refused(['pump-1', 'pump-9'], 'CLAIM_CODE_INVALID');
    await createTargets(buyer, { targets: [{ controllerId: 'pump-2' }] });
    await refused(['pump-1', 'pump-2'], 'TARGET_ALREADY_EXISTS');
    await refused(['pump-1'], 'TARGET_ALREADY_EXISTS', seller);
    expect(await namesOf(buyer)).toEqual(['pump-2']);
    for (const name of LOT) expect(await findTarget(seller, name)).toMatchObject({ movedAt: null });
  });

  it('keeps to the quota of targets, and to its bound', async () => {
    const { buyer, code } = await openSale();
    const { tenantId } = buyer.caller;
    await setTenantQuotas((await newTenant(platform)).contextOf(undefined, ['SYSTEM_ADMIN']), {
      tenantId,
      quotas: [{ kind: 'targets', limit: 2 }],
    });
    await expect(claimTargets(buyer, { code, controllerIds: LOT })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    const many = Array.from({ length: 101 }, (_, nth) => `pump-${nth}`);
    for (const controllerIds of [[], many])
      await expect(claimTargets(buyer, { code, controllerIds })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { path: ['controllerIds'] },
      });
    expect(await claimTargets(buyer, { code, controllerIds: ['pump-1', 'pump-1'] })).toHaveLength(1);
  });

  it('lets one of two win that claim the same at once', async () => {
    const { buyer, code } = await openSale();
    const rival = (await newTenant(platform)).contextOf();
    const settled = await Promise.allSettled([
      claimTargets(buyer, { code, controllerIds: LOT }),
      claimTargets(rival, { code, controllerIds: LOT.toReversed() }),
    ]);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect([...(await namesOf(buyer)), ...(await namesOf(rival))].sort()).toEqual(LOT);
  });
});
