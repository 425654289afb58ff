import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { isAmong } from '../../../database/bulk.ts';
import { ACTION_STATUSES, actions, isEnded } from '../../../database/tables/actions.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import type { ConfigurationKeyName } from '../../platform/tenants/configuration-keys.ts';
import { change } from '../../shared/change.ts';
import { asServer, type Platform } from '../../shared/context.ts';
import { removeActions } from './delete.ts';
import { lockActions } from './select.ts';

const EXPIRY: ConfigurationKeyName = 'action.cleanup.auto.expiry';
/** In one transaction. */
const AT_A_TIME = 1_000;

/** Deletes ended actions of all tenants as their settings ask, in small transactions. */
export async function cleanUpActions(platform: Platform, isStopping: () => boolean): Promise<void> {
  const configured = await platform.database
    .select({ tenantId: tenantConfiguration.tenantId })
    .from(tenantConfiguration)
    .where(sql`${eq(tenantConfiguration.key, EXPIRY)} ${overAllTenants('tenants with outdated actions')}`);
  for (const { tenantId } of configured)
    while (!isStopping() && (await cleanUpSomeActions(platform, tenantId)) === AT_A_TIME);
}

/** Deletes the next ended actions of a tenant that have been so for longer than it keeps them. @returns how many */
export async function cleanUpSomeActions(platform: Platform, tenantId: number): Promise<number> {
  const { afterMs, statuses } = (await platform.tenants.byId(tenantId)).settings.actionCleanup;
  if (afterMs === null) return 0;
  const context = asServer(platform, tenantId);
  const expired = and(
    isEnded(actions),
    inArray(
      actions.status,
      ACTION_STATUSES.filter((status) => statuses.has(status)),
    ),
    lt(actions.lastModifiedAt, new Date(Math.max(platform.clock().getTime() - afterMs, 0))),
  );

  return change(context, async (tx, changes) => {
    const oldest = await tx
      .select({ id: actions.id })
      .from(actions)
      .where(and(eq(actions.tenantId, tenantId), expired))
      .orderBy(actions.lastModifiedAt)
      .limit(AT_A_TIME);
    const ids = oldest.map(({ id }) => id);
    const locked = await lockActions(tx, tenantId, and(isAmong(actions.id, ids), expired));
    await removeActions(tx, context, locked);
    changes.targets(locked.map(({ controllerId }) => controllerId));
    changes.record({ type: 'action.cleaned-up', count: locked.length });
    return oldest.length;
  });
}
