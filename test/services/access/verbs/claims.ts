import { randomUUID } from 'node:crypto';
import { claimTarget } from '../../../../src/services/fleet/claims/claim.ts';
import { claimTargets } from '../../../../src/services/fleet/claims/claim-many.ts';
import { findClaimCodes } from '../../../../src/services/fleet/claims/codes.ts';
import { createClaimCode } from '../../../../src/services/fleet/claims/create-code.ts';
import { endClaimCodes } from '../../../../src/services/fleet/claims/end-codes.ts';
import { releaseTargets } from '../../../../src/services/fleet/claims/release.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { releaseMany } from '../../../../src/services/jobs/release-targets.ts';
import { newTenant } from '../../../support/platform.ts';
import type { Verbs } from './verb.ts';
import type { Side } from './world.ts';

const CODE = { digest: 'd'.repeat(64), expiresAt: new Date(Date.now() + 3_600_000) };
const named = ({ name }: Side) => ({ controllerIds: [name] });
const matching = ({ name }: Side) => ({ filter: `id==${name}` });

export const CLAIM_VERBS: Verbs = {
  claimTarget: {
    needs: ['CREATE_TARGET'],
    async call(context, { name, typeId }) {
      const former = (await newTenant(context)).contextOf();
      const controllerId = `claimed-${randomUUID()}`;
      await createTargets(former, { targets: [{ controllerId }] });
      const { code } = await createClaimCode(former, { controllerId });
      const target = await claimTarget(context, { code, group: name, targetTypeId: typeId });
      return target.group;
    },
    beyond: { CREATE_TARGET: 'FORBIDDEN', READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
    elsewhere: 'TARGET_TYPE_NOT_FOUND',
  },
  claimTargets: {
    needs: ['CREATE_TARGET'],
    async call(context, { name, typeId }) {
      const former = (await newTenant(context)).contextOf();
      const controllerIds = [1, 2].map(() => `claimed-${randomUUID()}`);
      await createTargets(former, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
      const { code } = await releaseMany(former, { controllerIds });
      const claimed = await claimTargets(context, {
        ...{ code: code!, controllerIds, group: name, targetTypeId: typeId },
      });
      return claimed.map(({ group }) => group);
    },
    beyond: { CREATE_TARGET: 'FORBIDDEN', READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
    elsewhere: 'TARGET_TYPE_NOT_FOUND',
  },
  createClaimCode: {
    needs: ['DELETE_TARGET', 'UPDATE_TARGET'],
    call: (c, { name }) => createClaimCode(c, { controllerId: name }),
    beyond: { DELETE_TARGET: 'TARGET_NOT_FOUND', UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'releaseTargets by name': {
    needs: ['DELETE_TARGET', 'UPDATE_TARGET'],
    call: (c, side) => releaseTargets(c, { ...named(side), ...CODE }),
    beyond: { DELETE_TARGET: 'TARGET_NOT_FOUND', UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'releaseTargets by filter': {
    needs: ['DELETE_TARGET', 'UPDATE_TARGET'],
    call: (c, side) => releaseTargets(c, { ...matching(side), ...CODE }),
    beyond: { DELETE_TARGET: 0, UPDATE_TARGET: 0 },
  },
  releaseMany: {
    needs: ['DELETE_TARGET', 'UPDATE_TARGET'],
    call: async (c, side) => (await releaseMany(c, matching(side))).affectedCount,
    beyond: { DELETE_TARGET: 0, UPDATE_TARGET: 0 },
  },
  'endClaimCodes by name': {
    needs: ['UPDATE_TARGET'],
    call: (c, side) => endClaimCodes(c, named(side)),
    beyond: { UPDATE_TARGET: 'TARGET_NOT_FOUND' },
  },
  'endClaimCodes by filter': {
    needs: ['UPDATE_TARGET'],
    given: (admin, side) => releaseTargets(admin, { ...named(side), ...CODE }),
    call: (c, side) => endClaimCodes(c, matching(side)),
    beyond: { UPDATE_TARGET: 0 },
  },
  findClaimCodes: {
    needs: ['READ_TARGET'],
    given: (admin, side) => releaseTargets(admin, { ...named(side), ...CODE }),
    call: async (c, { targetId }) => (await findClaimCodes(c, [targetId])).filter(Boolean).length,
    beyond: { READ_TARGET: 0 },
  },
};
