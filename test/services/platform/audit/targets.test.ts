import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { auditEventNames, auditEventTargets } from '../../../../src/database/tables/audit.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { forgetOldAuditEvents } from '../../../../src/services/platform/audit/forget-old.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const typesOf = async (context: Context, filter: string) => {
  const { items } = await (await listAuditEvents(context, { filter })).page();
  return items.map(({ type }) => type);
};

async function fleet(count = 3) {
  const { tenantId, contextOf } = await newTenant(platform);
  const context = contextOf();
  const targets = Array.from({ length: count }, (_, n) => ({ controllerId: `t${n}` }));
  await createTargets(context, { targets });
  return { tenantId, context };
}

const rowsOf = (tenantId: number) =>
  Promise.all(
    [auditEventTargets, auditEventNames].map((table) =>
      platform.database.$count(table, sql`tenant_id = ${tenantId}`),
    ),
  );

describe('the events of a target', () => {
  it('are found where a filter chose it, and not where it chose others', async () => {
    const { context } = await fleet();
    await assignTargetGroup(context, { filter: 'id=in=(t0,t1)', group: 'g' });
    expect(await typesOf(context, 'target==t0')).toEqual(['target.group-assigned', 'target.created']);
    expect(await typesOf(context, 'target==t2')).toEqual(['target.created']);
    expect(await typesOf(context, 'target=in=(t1,t2);type==target.group*')).toEqual([
      'target.group-assigned',
    ]);
    expect(await typesOf(context, 'target!=t2')).toEqual(['target.group-assigned']);
    expect(await typesOf(context, 'target==T0')).toEqual([]);
  });

  it('are found after a filter deleted it', async () => {
    const { context } = await fleet();
    await deleteTargets(context, { filter: 'id=in=(t0,t1)' });
    expect(await typesOf(context, 'target==t0')).toEqual(['target.deleted', 'target.created']);
    expect(await typesOf(context, 'target==t2')).toEqual(['target.created']);
  });

  it('are nobody else’s', async () => {
    const [mine, other] = [await fleet(), await fleet()];
    await assignTargetGroup(mine.context, { filter: 'id==*', group: 'g' });
    expect(await typesOf(other.context, 'target==t0')).toEqual(['target.created']);
  });

  it('ask for whole names', async () => {
    const { context } = await fleet();
    const refused = typesOf(context, 'target==t*');
    await expect(refused).rejects.toMatchObject({ code: 'FILTER_VALUE_INVALID', details: { position: 8 } });
  });

  it('take few rows for many targets, which are forgotten with them', async () => {
    const { tenantId, context } = await fleet(2_500);
    await assignTargetGroup(context, { filter: 'id==*', group: 'g' });
    const [blocks] = await rowsOf(tenantId);
    expect(blocks).toBeLessThanOrEqual(2);
    await deleteTargets(context, { filter: 'id==*' });
    expect(await rowsOf(tenantId)).toEqual([blocks, 3]);
    await forgetOldAuditEvents(platform.database, new Date(Date.now() + 400 * 86_400_000));
    expect(await rowsOf(tenantId)).toEqual([0, 0]);
  });
});
