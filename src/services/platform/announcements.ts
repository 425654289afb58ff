import { randomUUID } from 'node:crypto';
import { openNotifyChannel } from '../../database/channel.ts';
import type { Pool } from '../../database/connect.ts';
import type { Connection } from '../../database/connection.ts';
import type {
  Announcement,
  AnyAnnouncement,
  AuditAnnouncement,
  Counted,
  RolloutAnnouncement,
} from './announcement.ts';
import { decode } from './announcement-messages.ts';
import { NAMED_AT_MOST, openOutbox } from './announcement-outbox.ts';

export interface AnnouncementListener {
  /** Something that may be remembered isn't so any more. Never called for what is new only. */
  changed(announcement: Announcement): void;
  /** Targets are new; without controllerIds: more than are named. Nothing remembered is wrong for it. */
  created?(announcement: Announcement): void;
  /** Nothing that is remembered of targets is wrong for it. */
  rollouts?(announcement: RolloutAnnouncement): void;
  /** Devices reported something; without controllerIds: more did than are named. */
  reported?(announcement: Announcement): void;
  /** Devices that wait for an approval came, went or were rejected. */
  pending?(announcement: Announcement): void;
  /** Software modules, their files or distribution sets changed. */
  software?(announcement: Announcement): void;
  /** Events were added to the audit trail. */
  audit?(announcement: AuditAnnouncement): void;
  /** Announcements may have been missed. */
  everything(): void;
  /** The process ends, and soon the database can't be asked any more. */
  end?(): void;
}

export interface Announcements {
  /** Tells this process at once and the others within milliseconds. To be called after the commit. */
  announce(announcement: Announcement): void;
  announceRollouts(announcement: RolloutAnnouncement): void;
  announceAuditEvents(announcement: AuditAnnouncement): void;
  /** Tells the other processes what a limit has counted here. @returns false while that is too much to tell: it isn't told */
  announceCounted(counted: Counted): boolean;
  /** Hears what a limit has counted in the other processes. */
  onCounted(limit: string, count: (name: string, much: number) => void): void;
  /** Hears what any process announces. */
  subscribe(listener: AnnouncementListener): void;
  /** False while other processes' announcements may not arrive: nothing remembered may be trusted then. */
  trustworthy(): boolean;
  close(): Promise<void>;
}

/**
 * Opens the announcements of this process on the database that all share. While the database's server is away, nobody
 * can change anything.
 */
export async function openAnnouncements(
  connection: Connection,
  { client, isAway }: Pick<Pool, 'client' | 'isAway'>,
  onError: (error: unknown) => void,
): Promise<Announcements> {
  const self = randomUUID();
  const listeners: AnnouncementListener[] = [];
  const counts = new Map<string, ((name: string, much: number) => void)[]>();
  const tell = (announcement: AnyAnnouncement) => {
    if ('counted' in announcement) {
      for (const { limit, name, much } of announcement.counted)
        for (const count of counts.get(limit) ?? []) count(name, much);
      return;
    }
    for (const listener of listeners)
      if ('rolloutIds' in announcement) listener.rollouts?.(announcement);
      else if ('auditEventIds' in announcement) listener.audit?.(announcement);
      else if (announcement.kind === 'pending') listener.pending?.(announcement);
      else if (announcement.kind === 'software') listener.software?.(announcement);
      else if (announcement.kind === 'created') listener.created?.(announcement);
      else if (announcement.kind === 'reported') listener.reported?.(announcement);
      else listener.changed(announcement);
  };
  const missed = () => {
    for (const listener of listeners) listener.everything();
  };
  let outbox: ReturnType<typeof openOutbox> | undefined;
  const channel = await openNotifyChannel(
    connection,
    {
      onMessage(message) {
        const read = decode(message);
        if (!read) missed();
        else if (read.sender !== self) read.announcements.forEach(tell);
      },
      onGap() {
        missed();
        outbox?.makeUp();
      },
    },
    client,
  );
  outbox = openOutbox(self, channel, onError);

  return {
    announce(change) {
      if (change.controllerIds?.length === 0) return;
      const announcement = limited(change);
      tell(announcement);
      outbox.add(announcement);
    },
    announceRollouts(announcement) {
      if (!announcement.rolloutIds.length) return;
      tell(announcement);
      outbox.addRollouts(announcement);
    },
    announceAuditEvents({ tenantId, auditEventIds }) {
      if (auditEventIds?.length === 0) return;
      const tooMany = auditEventIds && auditEventIds.length > NAMED_AT_MOST;
      const announcement = { tenantId, auditEventIds: tooMany ? undefined : auditEventIds };
      tell(announcement);
      outbox.addAuditEvents(announcement);
    },
    announceCounted: (counted) => outbox.addCounted(counted),
    onCounted: (limit, count) => void counts.set(limit, [...(counts.get(limit) ?? []), count]),
    subscribe: (listener) => void listeners.push(listener),
    trustworthy: () => channel.listening() || isAway(),
    async close() {
      for (const listener of listeners) listener.end?.();
      await outbox.close();
      await channel.close();
    },
  };
}

/** Leaves the names out where one announcement has too many. */
function limited(announcement: Announcement): Announcement {
  const { tenantId, kind, controllerIds } = announcement;
  if (!controllerIds || controllerIds.length <= NAMED_AT_MOST) return announcement;
  return kind === 'created' || kind === 'reported' ? { tenantId, kind } : { tenantId };
}
