import { and, eq } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { targetClaimCodes } from '../../../../src/database/tables/claim-codes.ts';
import { openGuesses } from '../../../../src/services/access/guesses.ts';
import { claimTarget } from '../../../../src/services/fleet/claims/claim.ts';
import { newClaimCode, readClaimCode } from '../../../../src/services/fleet/claims/code.ts';
import { findClaimCodes } from '../../../../src/services/fleet/claims/codes.ts';
import { createClaimCode } from '../../../../src/services/fleet/claims/create-code.ts';
import { endClaimCodes } from '../../../../src/services/fleet/claims/end-codes.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { summarizeFleet } from '../../../../src/services/fleet/targets/summary.ts';
import { releaseMany } from '../../../../src/services/jobs/release-targets.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { setTenantQuotas } from '../../../../src/services/platform/tenants/quotas.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { ALONE } from '../../../support/alone.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
const other = await openTestPlatform();
afterAll(async () => {
  await close();
  await other.close();
});

const WRONG = { code: 'CLAIM_CODE_INVALID' };
const controllerId = 'pump-7';

/** In a network of its own: the wrong codes of one test are none of another's. */
const inOwnNetwork = (context: Context): Context => ({
  ...context,
  origin: { ...context.origin, address: `2001:db8:${context.caller.tenantId.toString(16)}::1` },
});

let seller: Context;
let buyer: Context;
/** In another process. */
let rival: Context;
beforeEach(async () => {
  seller = (await newTenant(platform)).contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
  buyer = inOwnNetwork((await newTenant(platform)).contextOf());
  rival = inOwnNetwork((await newTenant(other.platform)).contextOf());
  await createTargets(seller, {
    targets: [
      { controllerId, name: 'Pump of Ann', description: 'secret', group: 'north', address: 'http://a' },
    ],
  });
});

const eventsOf = async (context: Context, type: string) => {
  const { items } = await (await listAuditEvents(context, { filter: `type==${type}` })).page();
  return items;
};
const namesOf = async (context: Context, filter: string) => {
  const { items } = await (await listTargets(context, { filter })).page();
  return items.map((target) => target.controllerId);
};

describe('a code', () => {
  it('is read however it is typed, and tells no more than the tenant', () => {
    const code = newClaimCode(70);
    expect(code).toMatch(/^26(-[0-9A-HJKMNP-TV-Z]{5}){5}$/);
    const read = readClaimCode(code)!;
    expect(read).toEqual({ tenantId: 70, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const [, ...secret] = code.split('-');
    expect(
      readClaimCode(` 26-${secret.join('').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')} `),
    ).toEqual(read);
    for (const text of [
      '',
      'x',
      '26',
      code.slice(1, 9),
      `${code}0`,
      `-${code}`,
      `${'Z'.repeat(12)}-${secret.join('-')}`,
    ])
      expect(readClaimCode(text)).toBeUndefined();
  });

  it('is stored as its digest only, and shown until when it is valid', async () => {
    const { code, targetId } = await createClaimCode(seller, { controllerId });
    const [row] = await seller.database
      .select()
      .from(targetClaimCodes)
      .where(
        and(eq(targetClaimCodes.tenantId, seller.caller.tenantId), eq(targetClaimCodes.targetId, targetId)),
      );
    expect(JSON.stringify(row)).not.toContain(code.slice(-5));
    expect(row!.digest).toBe(readClaimCode(code)!.digest);
    const [shown] = await findClaimCodes(seller, [targetId]);
    expect(shown!.expiresAt.getTime() - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(await namesOf(seller, 'released==true')).toEqual([controllerId]);
    const later = { ...seller, clock: () => new Date(shown!.expiresAt) };
    expect(await findClaimCodes(later, [targetId])).toEqual([null]);
    expect(await namesOf(later, 'released==true')).toEqual([]);
  });

  it.each([
    ['was never made', async () => newClaimCode(1)],
    ['is none', async () => 'hello'],
    [
      'has expired',
      async () => {
        const early = { ...seller, clock: () => new Date(Date.now() - 8 * 86_400_000) };
        return (await createClaimCode(early, { controllerId })).code;
      },
    ],
    [
      'was replaced',
      async () => {
        const { code } = await createClaimCode(seller, { controllerId });
        await createClaimCode(seller, { controllerId });
        return code;
      },
    ],
    [
      'was ended',
      async () => {
        const { code } = await createClaimCode(seller, { controllerId });
        expect(await endClaimCodes(seller, { controllerIds: [controllerId] })).toBe(1);
        return code;
      },
    ],
    [
      'is of a target that is gone',
      async () => {
        const { code } = await createClaimCode(seller, { controllerId });
        await deleteTargets(seller, { controllerIds: [controllerId] });
        return code;
      },
    ],
    [
      'was used',
      async () => {
        const { code } = await createClaimCode(seller, { controllerId });
        await claimTarget(rival, { code });
        return code;
      },
    ],
    [
      'names another tenant than it is of',
      async () => {
        const { code } = await createClaimCode(seller, { controllerId });
        return `1${code.slice(code.indexOf('-'))}`;
      },
    ],
  ])('that %s is refused in the same words as any other', async (_, make) => {
    const code = await make();
    const refused = await claimTarget(buyer, { code }).catch((error) => error);
    expect(refused).toMatchObject(WRONG);
    expect(refused.message).toBe(
      'The code is not valid: it is unknown, was used or ended, has expired, or is not for that target.',
    );
    expect(await namesOf(buyer, 'id==*')).toEqual([]);
  });

  it('lives for a year at the most', async () => {
    for (const expiresAt of [new Date(0), new Date(), new Date(Date.now() + 367 * 86_400_000)])
      await expect(createClaimCode(seller, { controllerId, expiresAt })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { path: ['expiresAt'] },
      });
  });
});

describe('claimTarget', () => {
  it('makes a new target of which nothing is known, and leaves the history where it was', async () => {
    await setTargetMetadata(seller, { controllerIds: [controllerId], entries: [{ key: 'k', value: 'v' }] });
    const before = (await findTarget(seller, controllerId))!;
    const { code } = await createClaimCode(seller, { controllerId });
    const target = await claimTarget(buyer, { code, group: 'south' });
    expect(target).toMatchObject({
      controllerId,
      name: controllerId,
      description: null,
      group: 'south',
      address: null,
      updateStatus: 'registered',
      requestAttributes: true,
      createdBy: buyer.caller.username,
      movedAt: null,
      poll: null,
    });
    expect(target.securityToken).toMatch(/^[0-9a-f]{32}$/);
    expect(target.securityToken).not.toBe(before.securityToken);
    expect(await findTarget(seller, controllerId)).toMatchObject({
      id: before.id,
      name: 'Pump of Ann',
      group: 'north',
      securityToken: before.securityToken,
      movedAt: expect.any(Date),
    });
    expect(await namesOf(seller, 'metadata.k==v and movedAt=gt=2020-01-01T00:00:00Z')).toEqual([
      controllerId,
    ]);
    expect(await summarizeFleet(seller)).toMatchObject({ total: 1, overdue: 0, neverSeen: 0 });
    await expect(createClaimCode(seller, { controllerId })).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
    });
    expect(await releaseMany(seller, { filter: 'id==*' })).toMatchObject({ affectedCount: 0, code: null });
  });

  it('is in the audit trail of both, without a word of the other', async () => {
    const { code } = await createClaimCode(seller, { controllerId });
    await claimTarget(buyer, { code });
    const [moved] = await eventsOf(seller, 'target.moved');
    expect(moved).toMatchObject({
      actor: 'system',
      subjects: [controllerId],
      address: null,
      channel: 'SERVER',
    });
    expect(await eventsOf(seller, 'target.released')).toHaveLength(1);
    const [claimed] = await eventsOf(buyer, 'target.claimed');
    expect(claimed).toMatchObject({ actor: buyer.caller.username, subjects: [controllerId] });
    expect(JSON.stringify([moved, claimed])).not.toContain('Ann');
    expect(await eventsOf(buyer, 'target.moved')).toEqual([]);
    expect(await eventsOf(seller, 'target.claimed')).toEqual([]);
  });

  it('is won by exactly one of many who have the same code, in whatever process', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `raced-${round}`;
      await createTargets(seller, { targets: [{ controllerId: name }] });
      const { code } = await createClaimCode(seller, { controllerId: name });
      const all = await Promise.allSettled(
        [buyer, rival, buyer, rival].map((who) => claimTarget(who, { code })),
      );
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject(WRONG);
      expect([...(await namesOf(buyer, `id==${name}`)), ...(await namesOf(rival, `id==${name}`))]).toEqual([
        name,
      ]);
    }
  });

  it('either is won, or the target is deleted', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `deleted-${round}`;
      await createTargets(seller, { targets: [{ controllerId: name }] });
      const { code } = await createClaimCode(seller, { controllerId: name });
      const [claimed] = await Promise.allSettled([
        claimTarget(rival, { code }),
        deleteTargets(seller, { controllerIds: [name] }),
      ]);
      expect(await namesOf(rival, `id==${name}`)).toEqual(claimed.status === 'fulfilled' ? [name] : []);
      if (claimed.status === 'rejected') expect(claimed.reason).toMatchObject(WRONG);
    }
  });

  it('leaves the code valid where it is refused for another reason', async () => {
    const { code } = await createClaimCode(seller, { controllerId });
    await createTargets(buyer, { targets: [{ controllerId }] });
    await expect(claimTarget(buyer, { code })).rejects.toMatchObject({ code: 'TARGET_ALREADY_EXISTS' });
    await expect(claimTarget(seller, { code })).rejects.toMatchObject({ code: 'TARGET_ALREADY_EXISTS' });
    await expect(claimTarget(rival, { code, targetTypeId: 1 })).rejects.toMatchObject({
      code: 'TARGET_TYPE_NOT_FOUND',
    });
    await setTenantQuotas(seller, {
      tenantId: rival.caller.tenantId,
      quotas: [{ kind: 'targets', limit: 0 }],
    });
    await expect(claimTarget(rival, { code })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    const scoped = new Map([...rival.caller.permissions, ['CREATE_TARGET', ['group==eu']] as const]);
    await setTenantQuotas(seller, {
      tenantId: rival.caller.tenantId,
      quotas: [{ kind: 'targets', limit: 1 }],
    });
    const elsewhere = { ...rival, caller: { ...rival.caller, permissions: scoped } } as Context;
    await expect(claimTarget(elsewhere, { code })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await findTarget(seller, controllerId))!.movedAt).toBeNull();
    expect(await claimTarget(elsewhere, { code, group: 'eu' })).toMatchObject({ controllerId, group: 'eu' });
    // It counts for the new tenant.
    await createTargets(seller, { targets: [{ controllerId: 'second' }] });
    const second = await createClaimCode(seller, { controllerId: 'second' });
    await expect(claimTarget(rival, second)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('gives a target back that comes home, by way of others too', async () => {
    const mine = (await findTarget(seller, controllerId))!;
    await setTargetMetadata(seller, { controllerIds: [controllerId], entries: [{ key: 'k', value: 'v' }] });
    await claimTarget(buyer, await createClaimCode(seller, { controllerId }));
    await claimTarget(rival, await createClaimCode(buyer, { controllerId }));
    const home = await claimTarget(seller, await createClaimCode(rival, { controllerId }));
    expect(home).toMatchObject({ id: mine.id, name: 'Pump of Ann', group: 'north', movedAt: null });
    expect(home.securityToken).not.toBe(mine.securityToken);
    expect(await namesOf(seller, 'metadata.k==v')).toEqual([controllerId]);
    // A namesake is another device.
    const stranger = (await newTenant(platform)).contextOf();
    await createTargets(stranger, { targets: [{ controllerId }] });
    const { code } = await createClaimCode(stranger, { controllerId });
    await expect(claimTarget(buyer, { code })).rejects.toMatchObject({ code: 'TARGET_ALREADY_EXISTS' });
  });
});

describe('releaseTargets', () => {
  it('makes one code for many, each of which is taken once', async () => {
    await createTargets(seller, {
      targets: ['x', 'y'].map((name) => ({ controllerId: name, group: 'lot' })),
    });
    const { code, affectedCount } = await releaseMany(seller, { filter: 'group==lot' });
    expect(affectedCount).toBe(2);
    await expect(claimTarget(buyer, { code: code! })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['controllerId'] },
    });
    await expect(claimTarget(buyer, { code: code!, controllerId })).rejects.toMatchObject(WRONG);
    await claimTarget(buyer, { code: code!, controllerId: 'x' });
    await expect(claimTarget(rival, { code: code!, controllerId: 'x' })).rejects.toMatchObject(WRONG);
    await claimTarget(rival, { code: code! });
    expect(await namesOf(rival, 'id==*')).toEqual(['y']);
    expect(await namesOf(seller, 'movedAt=gt=2020-01-01T00:00:00Z')).toEqual(['x', 'y']);
  });

  it('counts only in a dry run', async () => {
    const dry = await releaseMany(seller, { filter: 'id==*', dryRun: true });
    expect(dry).toMatchObject({ affectedCount: 1, code: null });
    expect(await namesOf(seller, 'released==true')).toEqual([]);
  });
});

describe('guesses', () => {
  it('are held up by account, network and tenant, and right codes are not', async () => {
    let now = 0;
    const guesses = openGuesses(ALONE, () => now);
    const wrong = new Error('wrong');
    const guess = (username: string, address: string, tenantId = 1) =>
      guesses
        .attempt(
          { tenantId, username, address },
          () => Promise.reject(wrong),
          (error) => error === wrong,
        )
        .catch((error) => error.code ?? error.message);
    const right = (username: string, address: string) =>
      guesses
        .attempt(
          { tenantId: 1, username, address },
          async () => 'right',
          () => false,
        )
        .catch(({ code }) => code);

    const held = async (times: number, by: (n: number) => Promise<unknown>) => {
      const answers = await Promise.all(Array.from({ length: times }, (_, n) => by(n)));
      return answers.filter((answer) => answer === 'TOO_MANY_REQUESTS').length;
    };
    expect(await held(12, () => guess('ann', '10.0.0.1'))).toBe(2);
    expect(await right('ann', '10.0.0.2')).toBe('TOO_MANY_REQUESTS');
    expect(await held(30, (n) => guess(`of-the-house-${n}`, '10.0.0.1'))).toBe(10);
    expect(await held(100, (n) => guess(`many-${n}`, `10.1.0.${n}`))).toBe(30);
    expect(await guess('elsewhere', '10.9.0.1', 2)).toBe('wrong');
    now += 30_000;
    expect(await right('ann', '10.0.0.3')).toBe('right');
    for (let tries = 0; tries < 50; tries++) expect(await right('ann', '10.0.0.3')).toBe('right');
  });

  it('are held up by claimTarget', async () => {
    for (let tries = 0; tries < 10; tries++)
      await expect(claimTarget(buyer, { code: newClaimCode(1) })).rejects.toMatchObject(WRONG);
    const { code } = await createClaimCode(seller, { controllerId });
    await expect(claimTarget(buyer, { code })).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });
});
