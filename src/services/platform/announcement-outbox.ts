import type { NotifyChannel } from '../../database/channel.ts';
import type { Announcement, AuditAnnouncement, RolloutAnnouncement } from './announcement.ts';
import { encode, type Waiting } from './announcement-messages.ts';

/** Announcements that come together within this time travel as one NOTIFY. */
const COALESCE_MS = 3;
/** Then what couldn't be sent is tried again. */
const MAKE_UP_AFTER_MS = 1_000;
/** Naming more targets than this costs more than letting the tenant's devices be read again. */
export const NAMED_AT_MOST = 1_000;
/**
 * How many creations, reports and audit events of a tenant are named in a second: naming more costs time, and no cache
 * has them.
 */
const NAMED_A_SECOND = 2_000;

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

/** Gathers announcements and sends them in few messages. */
export function openOutbox(self: string, channel: NotifyChannel, onError: (error: unknown) => void) {
  let waiting = new Map<number, Waiting>();
  /** Tenants of which something couldn't be sent. */
  const unsent = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const mayNameCreated = namingLimit();
  const mayNameReported = namingLimit();
  const mayNameEvents = namingLimit();

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    try {
      for (const message of encode(self, batch)) await channel.publish(message);
    } catch (error) {
      for (const tenantId of batch.keys()) unsent.add(tenantId);
      setTimeout(makeUp, MAKE_UP_AFTER_MS).unref();
      onError(error);
    }
  };
  const waitingOf = (tenantId: number): Waiting => {
    timer ??= setTimeout(flush, COALESCE_MS);
    const tenant: Waiting = waiting.get(tenantId) ?? {
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
    };
    waiting.set(tenantId, tenant);
    return tenant;
  };
  /** Others may go on by what they remember: what they weren't told of is anything. */
  const makeUp = () => {
    for (const tenantId of unsent) {
      const tenant = waitingOf(tenantId);
      tenant.everything = true;
      tenant.software = true;
      tenant.manyAuditEvents = true;
    }
    unsent.clear();
  };
  return {
    flush,
    makeUp,
    addRollouts({ tenantId, rolloutIds }: RolloutAnnouncement) {
      for (const id of rolloutIds) waitingOf(tenantId).rollouts.add(id);
    },
    addAuditEvents({ tenantId, auditEventIds: ids }: AuditAnnouncement) {
      const tenant = waitingOf(tenantId);
      if (ids && mayNameEvents(tenantId, ids.length)) for (const id of ids) tenant.auditEvents.add(id);
      else tenant.manyAuditEvents = true;
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
