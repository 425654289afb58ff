import { readdirSync, readFileSync } from 'node:fs';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, expect, it } from 'vitest';
import { jobs } from '../../src/database/tables/jobs.ts';
import { targets } from '../../src/database/tables/targets.ts';
import { deleteApiKey } from '../../src/services/access/api-keys/delete.ts';
import { createRole } from '../../src/services/access/roles/create.ts';
import { beginSession, beginSessionByIssuer } from '../../src/services/access/sessions/begin.ts';
import { endSession } from '../../src/services/access/sessions/end.ts';
import { setPassword } from '../../src/services/access/users/set-password.ts';
import { activateAutoConfirm } from '../../src/services/deployments/auto-confirm/activate.ts';
import { deactivateAutoConfirm } from '../../src/services/deployments/auto-confirm/deactivate.ts';
import { setAutoConfirm } from '../../src/services/deployments/auto-confirm/set.ts';
import { createCertificateAuthority } from '../../src/services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../src/services/devices/certificate-authorities/delete.ts';
import { updateCertificateAuthority } from '../../src/services/devices/certificate-authorities/update.ts';
import { asDevice } from '../../src/services/devices/device-context.ts';
import { createEnrollmentGroup } from '../../src/services/devices/enrollment/create.ts';
import { deleteEnrollmentGroup } from '../../src/services/devices/enrollment/delete.ts';
import { deleteDerivationKey } from '../../src/services/devices/enrollment/delete-derivation-key.ts';
import { deleteEnrollmentToken } from '../../src/services/devices/enrollment/delete-token.ts';
import { findDerivationKeys, findEnrollmentTokens } from '../../src/services/devices/enrollment/find.ts';
import { rotateEnrollmentToken } from '../../src/services/devices/enrollment/rotate-token.ts';
import { setDerivationKey } from '../../src/services/devices/enrollment/set-derivation-key.ts';
import { updateEnrollmentGroup } from '../../src/services/devices/enrollment/update.ts';
import { clearEnrollmentHook } from '../../src/services/devices/enrollment-hooks/clear.ts';
import { setEnrollmentHook } from '../../src/services/devices/enrollment-hooks/set.ts';
import { testEnrollmentHook } from '../../src/services/devices/enrollment-hooks/test.ts';
import { revokeTargetCertificate } from '../../src/services/devices/issued-certificates/revoke.ts';
import { issueCertificate } from '../../src/services/devices/issuing/issue.ts';
import { readSigningRequest } from '../../src/services/devices/issuing/signing-request.ts';
import { updateIssuingAuthority } from '../../src/services/devices/issuing/update.ts';
import { approveTargets } from '../../src/services/devices/pending-targets/approve.ts';
import { rejectTargets } from '../../src/services/devices/pending-targets/reject.ts';
import { reportAttributes } from '../../src/services/devices/reports/report-attributes.ts';
import { confirmToken } from '../../src/services/devices/sign-in/confirm-token.ts';
import { tokenDigest } from '../../src/services/devices/sign-in/digest.ts';
import { registerDevice } from '../../src/services/devices/sign-in/register.ts';
import { endPending, registerPending } from '../../src/services/devices/sign-in/register-pending.ts';
import { tellSuspicion } from '../../src/services/devices/sign-in/tell-suspicion.ts';
import { claimTarget } from '../../src/services/fleet/claims/claim.ts';
import { claimTargets } from '../../src/services/fleet/claims/claim-many.ts';
import { createClaimCode } from '../../src/services/fleet/claims/create-code.ts';
import { endClaimCodes } from '../../src/services/fleet/claims/end-codes.ts';
import { endOverlaps } from '../../src/services/fleet/claims/end-overlaps.ts';
import { releaseTargets } from '../../src/services/fleet/claims/release.ts';
import { beginImport } from '../../src/services/fleet/imports/begin.ts';
import { checkRow, isRefused } from '../../src/services/fleet/imports/check.ts';
import { addRow, openChunk } from '../../src/services/fleet/imports/chunk.ts';
import { commitChunk } from '../../src/services/fleet/imports/commit.ts';
import { createImportUpload } from '../../src/services/fleet/imports/create-upload.ts';
import type { ImportRecord } from '../../src/services/fleet/imports/find.ts';
import type { ImportRow } from '../../src/services/fleet/imports/source.ts';
import { createTargetFilter } from '../../src/services/fleet/target-filters/create.ts';
import { deleteTargetFilter } from '../../src/services/fleet/target-filters/delete.ts';
import { updateTargetFilter } from '../../src/services/fleet/target-filters/update.ts';
import { assignTargetGroup } from '../../src/services/fleet/target-groups/assign.ts';
import { createTargetMetadata } from '../../src/services/fleet/target-metadata/create.ts';
import { deleteTargetMetadata } from '../../src/services/fleet/target-metadata/delete.ts';
import { setTargetMetadata } from '../../src/services/fleet/target-metadata/set.ts';
import { assignTargetTags } from '../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../src/services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../src/services/fleet/target-tags/delete.ts';
import { unassignTargetTags } from '../../src/services/fleet/target-tags/unassign.ts';
import { updateTargetTag } from '../../src/services/fleet/target-tags/update.ts';
import { createTargetTypes } from '../../src/services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../src/services/fleet/target-types/delete.ts';
import { updateTargetType } from '../../src/services/fleet/target-types/update.ts';
import { assignTargetType } from '../../src/services/fleet/targets/assign-type.ts';
import { createTargets } from '../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../src/services/fleet/targets/delete.ts';
import { endDerivedTokens } from '../../src/services/fleet/targets/end-derived-tokens.ts';
import { findTarget } from '../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../src/services/fleet/targets/rotate-token.ts';
import { rotateTargetTokens } from '../../src/services/fleet/targets/rotate-tokens.ts';
import { setTargetAttributes } from '../../src/services/fleet/targets/set-attributes.ts';
import type { Target } from '../../src/services/fleet/targets/target.ts';
import { updateTarget } from '../../src/services/fleet/targets/update.ts';
import { failJob } from '../../src/services/jobs/advance.ts';
import { changeMany } from '../../src/services/jobs/begin.ts';
import { cancelJob } from '../../src/services/jobs/cancel.ts';
import { createTenant } from '../../src/services/platform/tenants/create.ts';
import { generateGatewayToken } from '../../src/services/platform/tenants/generate-gateway-token.ts';
import { setTenantQuotas } from '../../src/services/platform/tenants/quotas.ts';
import { resetConfiguration } from '../../src/services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../src/services/platform/tenants/set-configuration.ts';
import { createWebhook } from '../../src/services/platform/webhooks/create.ts';
import { deleteWebhook } from '../../src/services/platform/webhooks/delete.ts';
import { listWebhookDeliveries } from '../../src/services/platform/webhooks/list-deliveries.ts';
import { redeliver } from '../../src/services/platform/webhooks/redeliver.ts';
import { testWebhook } from '../../src/services/platform/webhooks/test.ts';
import { updateWebhook } from '../../src/services/platform/webhooks/update.ts';
import type { Context } from '../../src/services/shared/context.ts';
import { newAuthority } from '../support/certificates.ts';
import { newRequest } from '../support/est.ts';
import { encrypting, makeIssuing, makeUpstream, newNearEst, storeCertificate } from '../support/issued.ts';
import { newTenant, openTestPlatform } from '../support/platform.ts';
import { storedByTable } from '../support/stored.ts';
import {
  createApiKey,
  createUser,
  deleteRole,
  deleteUser,
  updateRole,
  updateUser,
} from './access/by-name.ts';
import {
  AUTO_ASSIGNMENT_VERBS,
  type AutoAssignmentFixture,
  autoAssignmentFixture,
} from './auto-assignments.rollback.ts';
import { DEPLOYMENT_VERBS, type DeploymentFixture, deploymentFixture } from './deployments.rollback.ts';
import { ROLLOUT_VERBS, type RolloutFixture, rolloutFixture } from './rollouts.rollback.ts';
import { SOFTWARE_VERBS, type SoftwareFixture, softwareFixture } from './software.rollback.ts';

const { platform, close } = await openTestPlatform();
const est = await newNearEst();
afterAll(close);
const [OLD_CA, NEW_CA] = [(await newAuthority('old')).cert, (await newAuthority('new')).cert];

interface Fixture extends SoftwareFixture, DeploymentFixture, AutoAssignmentFixture, RolloutFixture {
  typeId: number;
  tagId: number;
  filterId: number;
  authorityId: number;
  webhookId: number;
  keyId: number;
  session: string;
  begun: ImportRecord;
  rotated: Target;
  jobId: number;
  groupId: number;
  /** For a target of another tenant. */
  code: string;
  certificateId: number;
  /** Of an authority whose certificates another server signs. */
  upstreamId: number;
}
/** Every verb that writes, called so that it would succeed. */
const VERBS: Record<string, (context: Context, fixture: Fixture) => Promise<unknown>> = {
  ...SOFTWARE_VERBS,
  ...DEPLOYMENT_VERBS,
  ...AUTO_ASSIGNMENT_VERBS,
  ...ROLLOUT_VERBS,
  createTargets: (c) => createTargets(c, { targets: [{ controllerId: 'new', address: 'x' }] }),
  updateTarget: (c) => updateTarget(c, { controllerId: 'a', name: 'new', address: 'new' }),
  deleteTargets: (c) => deleteTargets(c, { filter: 'id==*' }),
  setTargetAttributes: (c) =>
    setTargetAttributes(c, { controllerIds: ['a'], attributes: [{ key: 'new', value: 'v' }] }),
  rotateTargetToken: (c) => rotateTargetToken(c, { controllerId: 'a' }),
  rotateTargetTokens: (c) => rotateTargetTokens(c, { filter: 'id==*', overlap: '00:01:00' }),
  createClaimCode: (c) => createClaimCode(c, { controllerId: 'a' }),
  releaseTargets: (c) =>
    releaseTargets(c, { filter: 'id==*', digest: 'new', expiresAt: new Date(Date.now() + 60_000) }),
  endClaimCodes: (c) => endClaimCodes(c, { controllerIds: ['b'] }),
  claimTarget: (c, { code }) => claimTarget(c, { code }),
  endOverlaps: (c) => endOverlaps(c, () => false),
  claimTargets: (c, { code }) => claimTargets(c, { code, controllerIds: ['released'] }),
  createTargetTypes: (c) => createTargetTypes(c, { targetTypes: [{ name: 'new' }] }),
  updateTargetType: (c, { typeId }) => updateTargetType(c, { id: typeId, name: 'new' }),
  deleteTargetType: (c, { typeId }) => deleteTargetType(c, { id: typeId }),
  assignTargetType: (c, { typeId }) => assignTargetType(c, { targetTypeId: typeId, filter: 'id==*' }),
  createTargetTags: (c) => createTargetTags(c, { targetTags: [{ name: 'new' }] }),
  updateTargetTag: (c, { tagId }) => updateTargetTag(c, { id: tagId, name: 'new' }),
  deleteTargetTag: (c, { tagId }) => deleteTargetTag(c, { id: tagId }),
  assignTargetTags: (c) => assignTargetTags(c, { tagNames: ['free'], controllerIds: ['a'] }),
  unassignTargetTags: (c, { tagId }) => unassignTargetTags(c, { tagIds: [tagId], filter: 'id==*' }),
  assignTargetGroup: (c) => assignTargetGroup(c, { group: 'new', filter: 'id==*' }),
  createTargetMetadata: (c) =>
    createTargetMetadata(c, { controllerId: 'a', entries: [{ key: 'new', value: 'v' }] }),
  setTargetMetadata: (c) => setTargetMetadata(c, { filter: 'id==*', entries: [{ key: 'old', value: 'w' }] }),
  deleteTargetMetadata: (c) => deleteTargetMetadata(c, { controllerIds: ['a'], keys: ['old'] }),
  activateAutoConfirm: (c) => activateAutoConfirm(c, { controllerId: 'a' }),
  deactivateAutoConfirm: (c) => deactivateAutoConfirm(c, { controllerId: 'b' }),
  setAutoConfirm: (c) => setAutoConfirm(c, { filter: 'id==*', active: true }),
  createTargetFilter: (c) => createTargetFilter(c, { name: 'new', filter: 'id==*' }),
  updateTargetFilter: (c, { filterId }) => updateTargetFilter(c, { id: filterId, name: 'new' }),
  deleteTargetFilter: (c, { filterId }) => deleteTargetFilter(c, { id: filterId }),
  beginImport: (c) => beginImport(c, { format: 'csv' }),
  createImportUpload: (c) => createImportUpload(c, { format: 'csv' }),
  commitChunk: (c, { begun }) => {
    const chunk = openChunk({ bytes: 9, lines: 3, digest: 'd' });
    const imported: ImportRow = {
      line: 2,
      target: {
        controllerId: 'new',
        address: 'x',
        tags: ['t'],
        attributes: [['k', 'v']],
        metadata: [['k', 'v']],
      },
    };
    const row = checkRow(imported, { attributes: 100, metadata: 100 });
    if (isRefused(row)) throw new Error('refused');
    addRow(chunk, c.secrets, row);
    addRow(chunk, c.secrets, {
      line: 3,
      controllerId: null,
      faults: [{ field: 'f', code: 'c', message: 'm' }],
    });
    return commitChunk(c, begun, chunk);
  },
  createCertificateAuthority: (c) => createCertificateAuthority(c, { name: 'new', certificate: NEW_CA }),
  updateCertificateAuthority: (c, { authorityId }) =>
    updateCertificateAuthority(c, { id: authorityId, revokeSerials: ['1'] }),
  deleteCertificateAuthority: (c, { authorityId }) => deleteCertificateAuthority(c, { id: authorityId }),
  createWebhook: (c) => createWebhook(c, { name: 'new', url: 'https://example.org' }),
  updateWebhook: (c, { webhookId }) => updateWebhook(c, { id: webhookId, name: 'new' }),
  deleteWebhook: (c, { webhookId }) => deleteWebhook(c, { id: webhookId }),
  redeliver: async (c, { webhookId: id }) => {
    const { items } = await (await listWebhookDeliveries(c, id, {})).page();
    return redeliver(c, { webhookId: id, deliveryIds: [items[0]!.id] });
  },
  testWebhook: (c, { webhookId }) => testWebhook(c, { id: webhookId }),
  setConfiguration: (c) => setConfiguration(c, { pollingTime: '00:10:00' }),
  resetConfiguration: (c) => resetConfiguration(c, ['pollingOverdueTime']),
  generateGatewayToken: (c) => generateGatewayToken(c),
  createEnrollmentGroup: (c) => createEnrollmentGroup(c, { name: 'new' }),
  updateEnrollmentGroup: (c, { groupId, tagId }) =>
    updateEnrollmentGroup(c, { id: groupId, name: 'new', tagIds: [tagId] }),
  deleteEnrollmentGroup: (c, { groupId }) => deleteEnrollmentGroup(c, { id: groupId }),
  rotateEnrollmentToken: (c, { groupId }) => rotateEnrollmentToken(c, { groupId, overlap: '00:01:00' }),
  deleteEnrollmentToken: async (c, { groupId }) => {
    const [tokens] = await findEnrollmentTokens(c, [groupId]);
    await deleteEnrollmentToken(c, { id: tokens![0]!.id });
  },
  setDerivationKey: (c, { groupId }) => setDerivationKey(c, { groupId, slot: 'secondary' }),
  deleteDerivationKey: async (c, { groupId }) => {
    const [keys] = await findDerivationKeys(c, [groupId]);
    await deleteDerivationKey(c, { id: keys![0]!.id });
  },
  setEnrollmentHook: (c, { groupId }) => setEnrollmentHook(c, { groupId, timeout: '5' }),
  clearEnrollmentHook: (c, { groupId }) => clearEnrollmentHook(c, { groupId }),
  testEnrollmentHook: (c, { groupId }) => testEnrollmentHook(c, { groupId, device: 'a' }),
  endPending: async (c) =>
    endPending(asDevice(c, await c.tenants.byId(c.caller.tenantId), 'held', { address: 'x' })),
  tellSuspicion: async (c) => {
    const { id } = await findTarget(c, 'a');
    const sides = [
      { kind: 'target_token', address: 'x' },
      { kind: 'target_token', address: 'y' },
    ] as const;
    await tellSuspicion(c, { tenant: await c.tenants.byId(c.caller.tenantId), targetId: id }, sides);
  },
  createIssuingAuthority: (c) => makeIssuing(c, 'new'),
  updateIssuingAuthority: (c, { upstreamId }) =>
    updateIssuingAuthority(
      { ...encrypting(c), exchanges: est.exchanges },
      { id: upstreamId, upstream: est.upstream },
    ),
  storeCertificate: async (c, { groupId }) => {
    const tenant = await c.tenants.byId(c.caller.tenantId);
    const { id: targetId } = await findTarget(c, 'b');
    const policy = { lifetimeDays: 1, renewalDays: 1, keyKinds: ['EC_P256' as const], alternativeNames: [] };
    const request = readSigningRequest((await newRequest('b')).der);
    await issueCertificate(asDevice(encrypting(c), tenant, 'b', { address: 'x' }), tenant, {
      ...{ targetId, groupId, policy, request, publicUrl: undefined },
    });
  },
  revokeTargetCertificate: (c, { certificateId }) => revokeTargetCertificate(c, { id: certificateId }),
  endDerivedTokens: (c) => endDerivedTokens(c, { controllerId: 'a' }),
  registerPending: async (c, { groupId }) =>
    registerPending(asDevice(c, await c.tenants.byId(c.caller.tenantId), 'new', { address: 'x' }), {
      groupId,
      address: 'x',
    }),
  changeMany: (c) => changeMany(c, 'assign_target_group', { group: 'other', filter: 'id==*' }),
  cancelJob: (c, { jobId }) => cancelJob(c, { id: jobId }),
  failJob: (c, { jobId }) =>
    failJob(c, { tenantId: c.caller.tenantId, id: jobId }, { code: 'FORBIDDEN', message: 'no' }),
  approveTargets: (c) => approveTargets(c, { filter: 'id==*' }),
  rejectTargets: (c) => rejectTargets(c, { controllerIds: ['held'] }),
  createUser: (c) =>
    createUser(c, { username: 'new', password: 'a-quiet-secret', permissions: [], roles: [] }),
  setPassword: (c) =>
    setPassword(c, { tenant: c.caller.tenantName, username: 'someone', password: 'another-secret' }),
  updateUser: (c) => updateUser(c, { username: 'someone', permissions: ['READ_TARGET'] }),
  deleteUser: (c) => deleteUser(c, { username: 'someone' }),
  createRole: (c) => createRole(c, { name: 'new', permissions: ['READ_TARGET'] }),
  updateRole: (c) => updateRole(c, { name: 'old', permissions: ['READ_TARGET'] }),
  deleteRole: (c) => deleteRole(c, { name: 'old' }),
  beginSession: (c) => beginSession({ ...c, caller: { ...c.caller, username: 'someone' } }),
  beginSessionByIssuer: (c) =>
    beginSessionByIssuer({ ...c, caller: { ...c.caller, kind: 'TOKEN' } }, ['READ_TARGET']),
  endSession: (c, { session }) => endSession(c, session),
  createApiKey: (c) => createApiKey(c, { owner: 'someone', name: 'new', permissions: ['READ_TARGET'] }),
  deleteApiKey: (c, { keyId }) => deleteApiKey(c, { id: keyId }),
  setTenantQuotas: (c) =>
    setTenantQuotas(c, { tenantId: c.caller.tenantId, quotas: [{ kind: 'roles', limit: 9 }] }),
  createTenant: (c) =>
    createTenant(c, {
      name: `new-${c.caller.tenantId}`,
      adminUsername: 'admin',
      adminPassword: 'a-quiet-secret',
    }),
  registerDevice: async (c, { groupId }) =>
    registerDevice(asDevice(c, await c.tenants.byId(c.caller.tenantId), 'new', { address: 'x' }), {
      address: 'x',
      groupId,
      wasPending: false,
    }),
  confirmToken: async (c, { rotated }) =>
    confirmToken(asDevice(c, await c.tenants.byId(c.caller.tenantId), 'b', { address: 'x' }), {
      targetId: rotated.id,
      tokenDigest: tokenDigest(rotated.securityToken!),
    }),
  reportAttributes: async (c) =>
    reportAttributes(asDevice(c, await c.tenants.byId(c.caller.tenantId), 'a', { address: 'x' }), 'replace', [
      ['new', 'v'],
    ]),
};

const UNDONE = new Error('undone by the test');

type Stored = Awaited<ReturnType<typeof stored>>;

/** A context whose transactions do all their work, show what is stored then, and are undone. */
function undoing(context: Context, show: (stored: Stored) => void): Context {
  const database = new Proxy(context.database, {
    get(real, property) {
      if (property !== 'transaction') return Reflect.get(real, property);
      return (work: Parameters<typeof real.transaction>[0]) =>
        real.transaction(async (tx) => {
          await work(tx);
          show(await stored(tx, context));
          throw UNDONE;
        });
    },
  });
  return { ...context, database };
}

/** All that is stored of a tenant, and of tenants named after it. */
async function stored(
  database: Pick<Context['database'], 'execute'>,
  { caller }: Context,
): Promise<Record<string, unknown>> {
  const named = await database.execute(
    sql`SELECT name FROM tenants WHERE name = ${`new-${caller.tenantId}`}`,
  );
  return { ...(await storedByTable(database, caller.tenantId)), named };
}

/** A target whose device others had, and nobody has any more. */
async function leaveWithCertificate(context: Context, authorityId: number) {
  await createTargets(context, { targets: [{ controllerId: 'left' }] });
  await storeCertificate(context, 'left', authorityId);
  await context.database
    .update(targets)
    .set({ movedAt: new Date(), movedToTenantId: 0, movedToTargetId: 0, overlapDueAt: new Date(0) })
    .where(and(eq(targets.tenantId, context.caller.tenantId), eq(targets.controllerId, 'left')));
}

async function fixture() {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
  await createTargets(context, { targets: [{ controllerId: 'a', address: 'old' }, { controllerId: 'b' }] });
  await setTargetAttributes(context, { controllerIds: ['a'], attributes: [{ key: 'old', value: 'v' }] });
  const { created: targetTypes } = await createTargetTypes(context, { targetTypes: [{ name: 'old' }] });
  const { created: targetTags } = await createTargetTags(context, {
    targetTags: [{ name: 'old' }, { name: 'free' }],
  });
  await assignTargetTags(context, { tagNames: ['old'], controllerIds: ['a'] });
  await setTargetMetadata(context, { controllerIds: ['a'], entries: [{ key: 'old', value: 'v' }] });
  await activateAutoConfirm(context, { controllerId: 'b' });
  const { id: filterId } = await createTargetFilter(context, { name: 'old', filter: 'id==*' });
  const { webhook } = await createWebhook(context, { name: 'old', url: 'https://example.org' });
  const authority = await createCertificateAuthority(context, { name: 'old', certificate: OLD_CA });
  await setConfiguration(context, { pollingOverdueTime: '00:01:00' });
  await createUser(context, { username: 'someone', password: 'a-quiet-secret', permissions: [], roles: [] });
  await createRole(context, { name: 'old', permissions: [] });
  const { apiKey } = await createApiKey(context, {
    owner: 'someone',
    name: 'old',
    permissions: ['READ_TARGET'],
  });
  const { token: session } = await beginSession(tenant.contextOf([], [], 'someone'));
  const begun = await beginImport(context, { format: 'csv' });
  const { group } = await createEnrollmentGroup(context, {
    name: 'old',
    tagIds: [targetTags[0]!.id],
    attributes: [{ key: 'k', value: 'v' }],
    registrationLimit: 10,
  });
  await setDerivationKey(context, { groupId: group.id, slot: 'primary' });
  await setEnrollmentHook(context, { groupId: group.id, url: 'http://127.0.0.1:9/' });
  const tenantNow = await context.tenants.byId(context.caller.tenantId);
  await registerPending(asDevice(context, tenantNow, 'held', { address: 'x' }), {
    groupId: group.id,
    address: 'x',
  });
  const rotated = await rotateTargetToken(context, { controllerId: 'b' });
  await createClaimCode(context, { controllerId: 'b' });
  const former = (await newTenant(platform)).contextOf();
  await createTargets(former, { targets: [{ controllerId: 'released' }] });
  const { code } = await createClaimCode(former, { controllerId: 'released' });
  const upstreamId = (await makeUpstream(context, 'upstream', est)).id;
  const issuingId = (await makeIssuing(context, 'issues')).id;
  await leaveWithCertificate(context, issuingId);
  const ids = {
    upstreamId,
    typeId: targetTypes[0]!.id,
    tagId: targetTags[0]!.id,
    filterId,
    authorityId: authority.id,
    webhookId: webhook.id,
    keyId: apiKey.id,
    groupId: group.id,
    code,
    certificateId: await storeCertificate(context, 'a', issuingId),
    session,
  };
  const now = new Date();
  const [job] = await platform.database
    .insert(jobs)
    .values({
      ...{
        tenantId: tenant.tenantId,
        kind: 'delete_targets',
        state: 'queued',
        filter: 'id==*',
        parameters: {},
      },
      ...{ total: 2, upTo: 9, username: 'tester', hasAccount: false, grants: [], channel: 'GRAPHQL' },
      ...{ createdAt: now, updatedAt: now },
    })
    .returning({ id: jobs.id });
  const deployments = await deploymentFixture(context);
  const assigning = await autoAssignmentFixture(context, deployments);
  return {
    context,
    ...ids,
    begun,
    jobId: job!.id,
    rotated,
    ...(await softwareFixture(context)),
    ...deployments,
    ...assigning,
    ...(await rolloutFixture(context)),
  };
}

// One for all verbs: each leaves it as it was.
const { context, ...made } = await fixture();

it.each(Object.keys(VERBS))('%s leaves nothing behind when its transaction is undone', async (name) => {
  const before = await stored(context.database, context);
  let within: Stored | undefined;
  const undone = undoing(context, (stored) => {
    within = stored;
  });
  await expect(VERBS[name]!(undone, made)).rejects.toThrow(UNDONE);
  expect(await stored(context.database, context)).toEqual(before);
  expect(within, 'and really would have written').not.toEqual(before);
  expect(within?.['audit_events'], 'and leaves its mark in the audit trail').not.toEqual(
    before['audit_events'],
  );
});

const alone = await openTestPlatform(undefined, undefined, 1);
afterAll(alone.close);

it.each(Object.keys(VERBS))('%s takes no second connection while its transaction has one', async (name) => {
  const { caller, origin } = context;
  // What is remembered of the tenant is read again.
  alone.platform.announcements.announce({ tenantId: caller.tenantId, kind: 'settings' });
  const undone = undoing({ ...alone.platform, caller, origin }, () => {});
  await expect(VERBS[name]!(undone, made)).rejects.toThrow(UNDONE);
});

it('knows every verb that opens a transaction', () => {
  const folder = new URL('../../src/services/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  // `createBatch` is the second half of a verb, not one.
  const writing = files
    .filter((file) => file !== 'shared/batch.ts')
    .flatMap((file) => {
      const functions = readFileSync(new URL(file, folder), 'utf8').split(/^(?=export (?:async )?function)/m);
      return functions
        .filter((text) =>
          /\b(?:await|return) (?:change|changeBy|createBatch|tellAction|gathererOf\(.*\))\(/.test(text),
        )
        .map((text) => /^export (?:async )?function (\w+)/.exec(text)?.[1]);
    });
  expect(writing.toSorted()).toEqual(Object.keys(VERBS).toSorted());
});
