import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { createRole } from '../../../src/services/access/roles/create.ts';
import { deleteRole } from '../../../src/services/access/roles/delete.ts';
import { asDevice } from '../../../src/services/devices/device-context.ts';
import { reportAttributes } from '../../../src/services/devices/reports/report-attributes.ts';
import { importTargets } from '../../../src/services/fleet/imports/import-targets.ts';
import { setTargetMetadata } from '../../../src/services/fleet/target-metadata/set.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { setTargetAttributes } from '../../../src/services/fleet/targets/set-attributes.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import type { QuotaKind } from '../../../src/services/platform/quotas.ts';
import { findQuotas, listQuotas, setTenantQuotas } from '../../../src/services/platform/tenants/quotas.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { uploadArtifact } from '../../../src/services/software/artifacts/upload.ts';
import { createSoftwareModules } from '../../../src/services/software/software-modules/create.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

async function newQuotaTenant() {
  const { tenantId, contextOf } = await newTenant(platform);
  const context = contextOf(PERMISSIONS, ['TENANT_ADMIN']);
  const system = (await newTenant(platform)).contextOf(PERMISSIONS, ['SYSTEM_ADMIN']);
  return {
    context,
    system,
    tenantId,
    limit: (kind: QuotaKind, limit: number | null) =>
      setTenantQuotas(system, { tenantId, quotas: [{ kind, limit }] }),
  };
}
const quotaOf = async (context: Context, kind: QuotaKind) =>
  (await listQuotas(context)).find((quota) => quota.kind === kind)!;
const role = (context: Context, name: string) => createRole(context, { name, permissions: [] });
async function told(context: Context) {
  const { items } = await (await listAuditEvents(context, { filter: 'type==tenant.quota-*' })).page();
  return items.map(({ type, subjects, changes }) => [type, subjects?.[0], changes?.['used']?.new]).sort();
}

it('is set by the system, shown with what is used, and reset', async () => {
  const { context, system, tenantId, limit } = await newQuotaTenant();
  expect(await quotaOf(context, 'roles')).toEqual({ kind: 'roles', used: 0, limit: 1_000, isDefault: true });
  await limit('roles', 2);
  const { id } = await role(context, 'a');
  await role(context, 'b');
  const full = { kind: 'roles', used: 2, limit: 2, isDefault: false };
  expect(await quotaOf(context, 'roles')).toEqual(full);
  await expect(role(context, 'c')).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
    message: 'No more than 2 roles are allowed.',
  });
  expect((await findQuotas(system, [tenantId]))[0]).toContainEqual(full);
  await deleteRole(context, { id });
  await role(context, 'c');
  await limit('roles', null);
  await role(context, 'd');
  expect(await quotaOf(context, 'roles')).toEqual({ kind: 'roles', used: 3, limit: 1_000, isDefault: true });
  await expect(setTenantQuotas(system, { tenantId: 0, quotas: [] })).rejects.toMatchObject({
    code: 'TENANT_NOT_FOUND',
  });
});

it('is kept to the exact number, however many create at once', async () => {
  const { context, limit } = await newQuotaTenant();
  await limit('roles', 5);
  const made = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => role(context, `r${n}`)));
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await quotaOf(context, 'roles')).toMatchObject({ used: 5 });
});

it('holds for targets, too, and events tell when a limit is near and reached', async () => {
  const { context, limit } = await newQuotaTenant();
  await limit('targets', 10);
  await limit('target_tags', 10);
  const targets = (from: number, to: number) =>
    createTargets(context, {
      targets: Array.from({ length: to - from }, (_, n) => ({ controllerId: `t${from + n}` })),
    });
  await targets(0, 7);
  expect(await told(context)).toEqual([]);
  await targets(7, 8);
  await targets(8, 9);
  await targets(9, 10);
  await expect(targets(10, 11)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  await createTargetTags(context, { targetTags: Array.from({ length: 10 }, (_, n) => ({ name: `t${n}` })) });
  expect(await told(context)).toEqual([
    ['tenant.quota-near', 'TARGETS', 8],
    ['tenant.quota-reached', 'TARGETS', 10],
    ['tenant.quota-reached', 'TARGET_TAGS', 10],
  ]);
  expect(await quotaOf(context, 'targets')).toMatchObject({ used: 10, limit: 10 });
});

it('tells of bytes in artifacts, too', async () => {
  const { context, limit } = await newQuotaTenant();
  await limit('artifact_bytes', 10);
  const { created } = await createSoftwareModules(context, {
    softwareModules: [{ type: 'os', name: 'm', version: '1' }],
  });
  const upload = (filename: string, text: string) =>
    uploadArtifact(context, {
      moduleId: created[0]!.id,
      content: Readable.from([Buffer.from(text)]),
      details: async () => ({ filename }),
    });
  await upload('a', '1234567');
  await upload('b', '8');
  await upload('again', '8');
  expect(await told(context)).toEqual([['tenant.quota-near', 'ARTIFACT_BYTES', 8]]);
  await upload('c', '90');
  await expect(upload('d', 'x')).rejects.toMatchObject({ code: 'ARTIFACT_STORAGE_FULL' });
  expect(await told(context)).toContainEqual(['tenant.quota-reached', 'ARTIFACT_BYTES', 10]);
});

describe('limits of each target', () => {
  const entries = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ key: `k${from + n}`, value: 'v' }));
  const refusal = (most: number, what: string) => ({
    code: 'QUOTA_EXCEEDED',
    message: `No more than ${most} ${what} are allowed.`,
  });

  async function newTarget() {
    const tenant = await newQuotaTenant();
    await createTargets(tenant.context, { targets: [{ controllerId: 'a' }] });
    return tenant;
  }

  it('are shown beside the others, without what is used, and have a bound', async () => {
    const { context, limit } = await newTarget();
    const shown = (kind: QuotaKind, most: number, isDefault: boolean) =>
      expect(quotaOf(context, kind)).resolves.toEqual({ kind, used: null, limit: most, isDefault });
    await shown('target_attributes', 100, true);
    await shown('target_metadata', 100, true);
    await shown('target_actions', 2_000, true);
    await limit('target_metadata', 1_000);
    await shown('target_metadata', 1_000, false);
    await expect(limit('target_metadata', 1_001)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['quotas', '0', 'limit'] },
    });
  });

  it('hold for attributes that callers set and devices tell', async () => {
    const { context, limit } = await newTarget();
    const device = asDevice(context, await context.tenants.byId(context.caller.tenantId), 'a', {
      address: 'x',
    });
    const set = (from: number, count: number) =>
      setTargetAttributes(context, { controllerIds: ['a'], attributes: entries(from, count) });
    const tell = (from: number, count: number) =>
      reportAttributes(
        device,
        'merge',
        entries(from, count).map(({ key, value }) => [key, value]),
      );
    await limit('target_attributes', 120);
    await set(0, 110);
    await tell(110, 10);
    await expect(set(120, 1)).rejects.toMatchObject(refusal(120, 'attributes of a target'));
    await expect(tell(120, 1)).rejects.toMatchObject(refusal(120, 'attributes of a target'));
    await limit('target_attributes', 3);
    await expect(tell(0, 1), 'nothing new').resolves.toBeUndefined();
    await set(0, 1);
    await expect(set(120, 1)).rejects.toMatchObject(refusal(3, 'attributes of a target'));
  });

  it('hold for metadata', async () => {
    const { context, limit } = await newTarget();
    const set = (from: number, count: number) =>
      setTargetMetadata(context, { controllerIds: ['a'], entries: entries(from, count) });
    await limit('target_metadata', 120);
    await set(0, 90);
    await set(90, 30);
    await expect(set(120, 1)).rejects.toMatchObject(refusal(120, "metadata entries of target 'a'"));
  });

  it.each(['attributes', 'metadata'] as const)('hold for %s of imports', async (field) => {
    const { context, limit } = await newTarget();
    await limit(`target_${field}`, 120);
    const load = async (controllerId: string, from: number, count: number) => {
      const pairs = entries(from, count).map(({ key, value }) => [key, value] as const);
      const done = await importTargets(context, { format: 'ndjson', mode: 'upsert' }, async function* () {
        const end = { bytes: 1, lines: 1, digest: 'd' };
        yield { rows: [{ line: 1, target: { controllerId, [field]: pairs } }], end };
      });
      return [done.rowsCreated, done.rowsUpdated, done.rowsRefused];
    };
    expect(await load('b', 0, 120)).toEqual([1, 0, 0]);
    expect(await load('c', 0, 121)).toEqual([0, 0, 1]);
    expect(await load('b', 120, 1)).toEqual([0, 0, 1]);
    expect(await load('b', 119, 1)).toEqual([0, 1, 0]);
  });
});
