import {
  findChains,
  findIssuedCertificates,
  findIssuedCertificatesById,
} from '../../../../src/services/devices/issued-certificates/find.ts';
import { revokeTargetCertificate } from '../../../../src/services/devices/issued-certificates/revoke.ts';
import { findIssuingDetails } from '../../../../src/services/devices/issuing/find.ts';
import { updateIssuingAuthority } from '../../../../src/services/devices/issuing/update.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import {
  encrypting,
  makeIssuing,
  makeUpstream,
  type NearEst,
  newNearEst,
  storeCertificate,
} from '../../../support/issued.ts';
import { ITS_OWN, type Verb, type Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Made {
  authorityId: number;
  targetId: number;
  certificateId: number;
}
const made = new WeakMap<Side, Made>();
const upstreams = new WeakMap<Side, { id: number; est: NearEst }>();

async function makeCertificate(admin: Context, side: Side) {
  const { id: authorityId } = await makeIssuing(admin, `issues ${side.name}`);
  const certificateId = await storeCertificate(admin, side.name, authorityId);
  made.set(side, { authorityId, certificateId, targetId: (await findTarget(admin, side.name)).id });
}
const onCertificate = (verb: Omit<Verb, 'given'>): Verb => ({ ...verb, given: makeCertificate });

/** How many there are in each list: they have random numbers. */
const counts = async (lists: Promise<readonly (readonly unknown[])[]>) =>
  (await lists).map(({ length }) => length);

export const CERTIFICATE_VERBS: Verbs = {
  createIssuingAuthority: {
    needs: ['CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c, { name }) => makeIssuing(c, `new ${name}`),
    elsewhere: ITS_OWN,
  },
  updateIssuingAuthority: {
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    given: async (admin, side) => {
      const est = await newNearEst();
      const { id } = await makeUpstream(admin, `upstream of ${side.name}`, est);
      upstreams.set(side, { id, est });
    },
    call: (c, side) => {
      const { id, est } = upstreams.get(side)!;
      const context = { ...encrypting(c), exchanges: est.exchanges };
      return updateIssuingAuthority(context, { id, upstream: est.upstream });
    },
    elsewhere: 'CERTIFICATE_AUTHORITY_NOT_FOUND',
  },
  findIssuingDetails: onCertificate({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c, side) => findIssuingDetails(c, [made.get(side)!.authorityId]),
    elsewhere: [null],
  }),
  findChains: onCertificate({
    needs: ['READ_TARGET'],
    call: (c, side) => counts(findChains(c, [made.get(side)!.authorityId])),
    unnarrowed: 'authorities belong to the whole tenant',
    elsewhere: [0],
  }),
  findIssuedCertificates: onCertificate({
    needs: ['READ_TARGET'],
    call: (c, side) => counts(findIssuedCertificates(c, [made.get(side)!.targetId])),
    beyond: { READ_TARGET: [0] },
  }),
  findIssuedCertificatesById: onCertificate({
    needs: ['READ_TARGET'],
    call: (c, side) => findIssuedCertificatesById(c, [made.get(side)!.certificateId]),
    beyond: { READ_TARGET: [undefined] },
  }),
  revokeTargetCertificate: onCertificate({
    needs: ['UPDATE_TARGET'],
    call: (c, side) => revokeTargetCertificate(c, { id: made.get(side)!.certificateId }),
    beyond: { UPDATE_TARGET: 'TARGET_CERTIFICATE_NOT_FOUND' },
  }),
};
