import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { findCertificateAuthorities } from '../../../../src/services/devices/certificate-authorities/find.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { deleteEnrollmentGroup } from '../../../../src/services/devices/enrollment/delete.ts';
import { deleteDerivationKey } from '../../../../src/services/devices/enrollment/delete-derivation-key.ts';
import { deleteEnrollmentToken } from '../../../../src/services/devices/enrollment/delete-token.ts';
import {
  countRegistered,
  findDerivationKeys,
  findDerivationKeysById,
  findEnrollmentGroups,
  findEnrollmentTokens,
  findEnrollmentTokensById,
  findTagsOfGroups,
} from '../../../../src/services/devices/enrollment/find.ts';
import { listEnrollmentGroups } from '../../../../src/services/devices/enrollment/list.ts';
import { rotateEnrollmentToken } from '../../../../src/services/devices/enrollment/rotate-token.ts';
import { setDerivationKey } from '../../../../src/services/devices/enrollment/set-derivation-key.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { clearEnrollmentHook } from '../../../../src/services/devices/enrollment-hooks/clear.ts';
import { findEnrollmentHooks } from '../../../../src/services/devices/enrollment-hooks/find.ts';
import { setEnrollmentHook } from '../../../../src/services/devices/enrollment-hooks/set.ts';
import { testEnrollmentHook } from '../../../../src/services/devices/enrollment-hooks/test.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { countPendingTargets } from '../../../../src/services/devices/pending-targets/count.ts';
import {
  findPendingTargets,
  listPendingTargets,
} from '../../../../src/services/devices/pending-targets/list.ts';
import { rejectTargets } from '../../../../src/services/devices/pending-targets/reject.ts';
import { registerDevice } from '../../../../src/services/devices/sign-in/register.ts';
import { registerPending } from '../../../../src/services/devices/sign-in/register-pending.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newAuthority } from '../../../support/certificates.ts';
import type { Verb, Verbs } from './verb.ts';
import type { Side } from './world.ts';

interface Made {
  groupId: number;
  tokenId: number;
}
const made = new WeakMap<Side, Made>();
const groupOf = (side: Side) => made.get(side)!.groupId;

/** A group that puts its targets into the side's group. */
async function makeGroup(admin: Context, side: Side): Promise<number> {
  const { name, tagId } = side;
  const { group } = await createEnrollmentGroup(admin, { name, targetGroup: name, tagIds: [tagId] });
  const [tokens] = await findEnrollmentTokens(admin, [group.id]);
  made.set(side, { groupId: group.id, tokenId: tokens![0]!.id });
  return group.id;
}

const device = async (admin: Context, controllerId: string) =>
  asDevice(admin, await admin.tenants.byId(admin.caller.tenantId), controllerId, {
    address: 'http://10.0.0.1',
  });

async function makeRegistered(admin: Context, side: Side) {
  const groupId = await makeGroup(admin, side);
  const registering = await device(admin, `by-${side.name}`);
  await registerDevice(registering, { address: 'x', groupId, wasPending: false });
}

async function makeWaiting(admin: Context, side: Side) {
  const groupId = await makeGroup(admin, side);
  await registerPending(await device(admin, `waits-${side.name}`), { groupId, address: 'x' });
}

const keys = new WeakMap<Side, number>();

async function makeKey(admin: Context, side: Side) {
  const groupId = await makeGroup(admin, side);
  await setDerivationKey(admin, { groupId, slot: 'primary' });
  const [found] = await findDerivationKeys(admin, [groupId]);
  keys.set(side, found![0]!.id);
}

/** Nobody listens there: a test of the hook says so. */
const HOOK = 'http://127.0.0.1:9/';

async function makeHook(admin: Context, side: Side) {
  const groupId = await makeGroup(admin, side);
  await setEnrollmentHook(admin, { groupId, url: HOOK });
}

/** A verb on a group that is there. */
const onGroup = (verb: Verb): Verb => ({
  elsewhere: 'ENROLLMENT_GROUP_NOT_FOUND',
  given: makeGroup,
  ...verb,
});
const authorities = new WeakMap<Side, number>();
const waiting = new WeakMap<Side, number>();

export const ENROLLMENT_VERBS: Verbs = {
  createEnrollmentGroup: {
    needs: ['CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c, { name, typeId }) => createEnrollmentGroup(c, { name: `new ${name}`, targetTypeId: typeId }),
    beyond: { READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
  },
  updateEnrollmentGroup: onGroup({
    needs: ['UPDATE_TENANT_CONFIGURATION'],
    call: (c, side) => updateEnrollmentGroup(c, { id: groupOf(side), targetTypeId: side.typeId }),
    beyond: { READ_TARGET_TYPE: 'TARGET_TYPE_NOT_FOUND' },
  }),
  'updateEnrollmentGroup, so that its tokens speak for all targets': onGroup({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c, side) => updateEnrollmentGroup(c, { id: groupOf(side), appliesTo: 'all' }),
  }),
  deleteEnrollmentGroup: onGroup({
    needs: ['DELETE_TENANT_CONFIGURATION'],
    call: (c, side) => deleteEnrollmentGroup(c, { id: groupOf(side) }),
  }),
  rotateEnrollmentToken: onGroup({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c, side) => rotateEnrollmentToken(c, { groupId: groupOf(side) }),
  }),
  deleteEnrollmentToken: onGroup({
    needs: ['DELETE_TENANT_CONFIGURATION'],
    call: (c, side) => deleteEnrollmentToken(c, { id: made.get(side)!.tokenId }),
    elsewhere: 'ENROLLMENT_TOKEN_NOT_FOUND',
  }),
  setDerivationKey: onGroup({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN'],
    call: (c, side) => setDerivationKey(c, { groupId: groupOf(side), slot: 'secondary' }),
  }),
  deleteDerivationKey: {
    needs: ['DELETE_TENANT_CONFIGURATION'],
    given: makeKey,
    call: (c, side) => deleteDerivationKey(c, { id: keys.get(side)! }),
    elsewhere: 'DERIVATION_KEY_NOT_FOUND',
  },
  setEnrollmentHook: onGroup({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_TARGET'],
    call: (c, side) => setEnrollmentHook(c, { groupId: groupOf(side), url: HOOK }),
    unnarrowed: 'it is refused with a scope: a hook is asked about all devices of a group',
  }),
  clearEnrollmentHook: onGroup({
    needs: ['DELETE_TENANT_CONFIGURATION'],
    given: makeHook,
    call: (c, side) => clearEnrollmentHook(c, { groupId: groupOf(side) }),
  }),
  testEnrollmentHook: onGroup({
    needs: ['UPDATE_TENANT_CONFIGURATION', 'READ_TARGET'],
    given: makeHook,
    call: async (c, side) =>
      (await testEnrollmentHook(c, { groupId: groupOf(side), device: 'a' })).error !== null,
    unnarrowed: 'it is refused with a scope: a hook is asked about all devices of a group',
    elsewhere: 'ENROLLMENT_HOOK_NOT_FOUND',
  }),
  findEnrollmentHooks: onGroup({
    needs: ['READ_TENANT_CONFIGURATION'],
    given: makeHook,
    call: async (c, side) => (await findEnrollmentHooks(c, [groupOf(side)])).map((hook) => hook?.url),
    elsewhere: [undefined],
  }),
  findDerivationKeys: onGroup({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c, side) => findDerivationKeys(c, [groupOf(side)]),
    elsewhere: [[]],
  }),
  findDerivationKeysById: {
    needs: ['READ_TENANT_CONFIGURATION'],
    given: makeKey,
    call: (c, side) => findDerivationKeysById(c, [keys.get(side)!]),
    elsewhere: [undefined],
  },
  findEnrollmentGroups: onGroup({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c, side) => findEnrollmentGroups(c, [groupOf(side)]),
    elsewhere: [null],
  }),
  listEnrollmentGroups: onGroup({
    needs: ['READ_TENANT_CONFIGURATION'],
    async call(context, { name }) {
      const list = await listEnrollmentGroups(context, { filter: `name==${name}` });
      return [(await list.page()).items.length, await list.total()];
    },
    elsewhere: [0, 0],
  }),
  findEnrollmentTokens: onGroup({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c, side) => findEnrollmentTokens(c, [groupOf(side)]),
    elsewhere: [[]],
  }),
  findEnrollmentTokensById: onGroup({
    needs: ['READ_TENANT_CONFIGURATION'],
    call: (c, side) => findEnrollmentTokensById(c, [made.get(side)!.tokenId]),
    elsewhere: [undefined],
  }),
  findTagsOfGroups: onGroup({
    needs: ['READ_TENANT_CONFIGURATION', 'READ_TARGET'],
    call: (c, side) => findTagsOfGroups(c, [groupOf(side)]),
    unnarrowed: 'tags belong to the whole tenant',
    elsewhere: [[]],
  }),
  countRegistered: {
    needs: ['READ_TENANT_CONFIGURATION', 'READ_TARGET'],
    given: makeRegistered,
    call: (c, side) => countRegistered(c, [groupOf(side)]),
    beyond: { READ_TARGET: [0] },
  },
  findCertificateAuthorities: {
    needs: ['READ_TENANT_CONFIGURATION'],
    async given(admin, side) {
      const { cert } = await newAuthority(side.name);
      const { id } = await createCertificateAuthority(admin, { name: side.name, certificate: cert });
      authorities.set(side, id);
    },
    call: (c, side) => findCertificateAuthorities(c, [authorities.get(side)!]),
    elsewhere: [null],
  },
  'approveTargets by name': {
    needs: ['CREATE_TARGET'],
    given: makeWaiting,
    call: (c, { name }) => approveTargets(c, { controllerIds: [`waits-${name}`] }),
    beyond: { CREATE_TARGET: 'FORBIDDEN' },
    elsewhere: 'PENDING_TARGET_NOT_FOUND',
  },
  'approveTargets by filter': {
    needs: ['CREATE_TARGET'],
    given: makeWaiting,
    call: (c, { name }) => approveTargets(c, { filter: `id==waits-${name}` }),
    beyond: { CREATE_TARGET: 'FORBIDDEN' },
    elsewhere: 0,
  },
  rejectTargets: {
    needs: ['CREATE_TARGET'],
    given: makeWaiting,
    call: (c, { name }) => rejectTargets(c, { controllerIds: [`waits-${name}`] }),
    unnarrowed: 'it is refused with a scope, which asks what only targets have',
    elsewhere: 'PENDING_TARGET_NOT_FOUND',
  },
  findPendingTargets: {
    needs: ['READ_TARGET'],
    async given(admin, side) {
      await makeWaiting(admin, side);
      const { items } = await (await listPendingTargets(admin, { filter: `id==waits-${side.name}` })).page();
      waiting.set(side, items[0]!.id);
    },
    call: async (c, side) => (await findPendingTargets(c, [waiting.get(side)!])).map((one) => one?.state),
    unnarrowed: 'it shows nothing with a scope, which asks what only targets have',
    elsewhere: [undefined],
  },
  countPendingTargets: {
    needs: ['READ_TARGET'],
    given: makeWaiting,
    call: async (c) => (await countPendingTargets(c)).pending > 0,
    unnarrowed: 'it shows nothing with a scope, which asks what only targets have',
    elsewhere: false,
  },
  listPendingTargets: {
    needs: ['READ_TARGET'],
    given: makeWaiting,
    async call(context, { name }) {
      const list = await listPendingTargets(context, { filter: `id==waits-${name}` });
      return [(await list.page()).items.length, await list.total()];
    },
    unnarrowed: 'it shows nothing with a scope, which asks what only targets have',
    elsewhere: [0, 0],
  },
};
