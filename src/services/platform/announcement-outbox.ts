import type { NotifyChannel } from '../../database/channel.ts';
import type { Announcement, AuditAnnouncement, Counted, RolloutAnnouncement } from './announcement.ts';
import { encode, type Waiting } from './announcement-messages.ts';

/** Announcements that come together within this time travel as one NOTIFY. */
const COALESCE_MS = 3;
/** Then what couldn't be sent is tried again. */
const MAKE_UP_AFTER_MS = 1_000;
/** Naming more targets than this costs more than letting the tenant's devices be read again. */
export const NAMED_AT_MOST = 1_000;
/**
 * How many creations, reports and audit events of a tenant, and counts of limits, are named in a second: naming more costs
 * time, and no cache has them.
 */
const NAMED_A_SECOND = 2_000;

/** Who has what no tenant has. */
const NO_TENANT = 0;

/** Whether a tenant may still name so many in this second. */
function namingLimit(): (tenantId: number, count: number) => boolean {
  let second = 0;
  let named = new Map<number, number>();
  return (tenantId, count) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) named = new Map();
    second = now;
    const sum = (named.get(tenantId) ?? 0) + count;
    named.set(tenantId, sum);
    return sum <= NAMED_A_SECOND;
  };
}

/** What limits have counted since it was taken last, in sums. */
function openCounted() {
  let sums = new Map<string, Counted>();
  const mayName = namingLimit();
  return {
    /** @returns false where too much is named in this second */
    add({ limit, name, much }: Counted): boolean {
      if (!mayName(NO_TENANT, 1)) return false;
      const key = `${limit} ${name}`;
      const sum = (sums.get(key)?.much ?? 0) + much;
      if (sum) sums.set(key, { limit, name, much: sum });
      else sums.delete(key);
      return true;
    },
    take(): Iterable<Counted> {
      const taken = sums.values();
      sums = new Map();
      return taken;
    },
  };
}

const nothingWaiting = (): Waiting => ({
  everything: false,
  settings: false,
  manyCreated: false,
  manyReported: false,
  updated: new Set(),
  created: new Set(),
  reported: new Set(),
  deleted: new Map(),
  rollouts: new Set(),
  pending: false,
  software: false,
  auditEvents: new Set(),
  manyAuditEvents: false,
});

/** Gathers announcements and sends them in few messages. */
export function openOutbox(self: string, channel: NotifyChannel, onError: (error: unknown) => void) {
  let waiting = new Map<number, Waiting>();
  const counted = openCounted();
  /** Tenants of which something couldn't be sent. */
  const unsent = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;
  let closed = false;
  const mayNameCreated = namingLimit();
  const mayNameReported = namingLimit();
  const mayNameEvents = namingLimit();

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    try {
      for (const message of encode(self, batch, counted.take())) await channel.publish(message);
    } catch (error) {
      for (const tenantId of batch.keys()) unsent.add(tenantId);
      if (!closed) later ??= setTimeout(makeUp, MAKE_UP_AFTER_MS).unref();
      onError(error);
    }
  };
  const schedule = () => {
    if (!closed) timer ??= setTimeout(flush, COALESCE_MS);
  };
  const waitingOf = (tenantId: number): Waiting => {
    schedule();
    const tenant: Waiting = waiting.get(tenantId) ?? nothingWaiting();
    waiting.set(tenantId, tenant);
    return tenant;
  };
  /** Others may go on by what they remember: what they weren't told of is anything. */
  const makeUp = () => {
    clearTimeout(later);
    later = undefined;
    for (const tenantId of unsent) {
      const tenant = waitingOf(tenantId);
      tenant.everything = true;
      tenant.software = true;
      tenant.manyAuditEvents = true;
    }
    unsent.clear();
  };
  return {
    makeUp,
    /** Sends what waits; nothing is sent after that. */
    async close() {
      closed = true;
      clearTimeout(later);
      await flush();
    },
    addRollouts({ tenantId, rolloutIds }: RolloutAnnouncement) {
      for (const id of rolloutIds) waitingOf(tenantId).rollouts.add(id);
    },
    addAuditEvents({ tenantId, auditEventIds: ids }: AuditAnnouncement) {
      const tenant = waitingOf(tenantId);
      if (ids && mayNameEvents(tenantId, ids.length)) for (const id of ids) tenant.auditEvents.add(id);
      else tenant.manyAuditEvents = true;
    },
    addCounted(one: Counted): boolean {
      const isTold = counted.add(one);
      if (isTold) schedule();
      return isTold;
    },
    add({ tenantId, controllerIds, kind, targetIds }: Announcement) {
      const tenant = waitingOf(tenantId);
      if (kind === 'settings') tenant.settings = true;
      else if (kind === 'pending') tenant.pending = true;
      else if (kind === 'software') tenant.software = true;
      else if (kind === 'created' && !(controllerIds && mayNameCreated(tenantId, controllerIds.length)))
        tenant.manyCreated = true;
      else if (kind === 'reported' && !(controllerIds && mayNameReported(tenantId, controllerIds.length)))
        tenant.manyReported = true;
      else if (!controllerIds) tenant.everything = true;
      else if (kind === 'created') for (const id of controllerIds) tenant.created.add(id);
      else if (kind === 'reported') for (const id of controllerIds) tenant.reported.add(id);
      else if (kind === 'deleted')
        for (const [index, id] of controllerIds.entries()) tenant.deleted.set(targetIds?.[index] ?? -1, id);
      else for (const id of controllerIds) tenant.updated.add(id);
      if (tenant.updated.size + tenant.deleted.size > NAMED_AT_MOST) tenant.everything = true;
    },
  };
}
