import { afterAll, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { createRole } from '../../../src/services/access/roles/create.ts';
import { deleteRole } from '../../../src/services/access/roles/delete.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import type { QuotaKind } from '../../../src/services/platform/quotas.ts';
import { findQuotas, listQuotas, setTenantQuotas } from '../../../src/services/platform/tenants/quotas.ts';
import type { Context } from '../../../src/services/shared/context.ts';
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
