import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { type PendingState, pendingTargets } from '../../../database/tables/enrollment.ts';
import type { Announcements } from '../../platform/announcements.ts';
import type { PollAnswer, Polled } from '../polling/device.ts';
import { intervalOf, sleepOf } from '../polling/interval.ts';
import { type CachedRead, openReadCache, type ReadCache } from '../polling/read-cache.ts';

/** A pending target, or a rejected one. It is told when to ask again, and nothing else. */
export interface PendingDevice extends PollAnswer, CachedRead, Polled {
  pendingId: number;
  state: PendingState;
}

export const isPending = (device: object): device is PendingDevice => 'pendingId' in device;

export type PendingDevices = Pick<ReadCache<PendingDevice>, 'peek' | 'read'>;

/** Few targets are pending at a time; of more, the least recent are read again. */
const CAPACITY = 20_000;

const findPending = prepared((database: Database) =>
  database
    .select({ pendingId: pendingTargets.id, state: pendingTargets.state })
    .from(pendingTargets)
    .where(
      and(
        eq(pendingTargets.tenantId, sql.placeholder('tenantId')),
        eq(pendingTargets.controllerId, sql.placeholder('controllerId')),
      ),
    )
    .prepare('waiting_device'),
);

export function openPendingDevices(database: Database, announcements: Announcements): PendingDevices {
  const pending = openReadCache(
    CAPACITY,
    () => announcements.trustworthy(),
    async (tenant, controllerId) => {
      const [row] = await findPending(database).execute({ tenantId: tenant.tenantId, controllerId });
      if (!row) return undefined;
      const sleep = sleepOf(intervalOf(tenant, row.pendingId));
      const nothing = { requestAttributes: false, next: null, installedActionId: null };
      return { ...row, ...nothing, tenant, sleep, pollPlace: -1 };
    },
  );
  const forget = (tenantId: number, controllerIds: readonly string[] | undefined) => {
    // Without names any device may have changed: those of other tenants cost one more read each.
    if (controllerIds) pending.forget(tenantId, controllerIds);
    else pending.clear();
  };
  announcements.subscribe({
    changed: ({ tenantId, controllerIds }) => forget(tenantId, controllerIds),
    // A pending target may have become a target.
    created: ({ tenantId, controllerIds }) => forget(tenantId, controllerIds),
    everything: pending.clear,
  });
  return pending;
}
