/**
 * What happened: to the targets named, or, `settings`, to accounts and configuration but to no target. `reported`: to
 * what is noted of their actions, and to nothing that anybody remembers. `pending`: to devices that wait for an approval
 * and to no target; it names none. `software`: to software modules and distribution sets, and to no target; it names
 * none.
 */
export type ChangeKind = 'updated' | 'created' | 'deleted' | 'settings' | 'reported' | 'pending' | 'software';

/** That targets of a tenant changed; without controllerIds: anything of the tenant may have. */
export interface Announcement {
  tenantId: number;
  controllerIds?: readonly string[];
  /** `updated` unless told. */
  kind?: ChangeKind;
  /** For deleted targets, in addition to their controllerIds: they can't be looked up any more. */
  targetIds?: readonly number[];
}

/** That these rollouts of a tenant changed, or how far they are. */
export interface RolloutAnnouncement {
  tenantId: number;
  rolloutIds: readonly number[];
}

/** That these events were added to the audit trail of a tenant; without ids: more than are named. */
export interface AuditAnnouncement {
  tenantId: number;
  auditEventIds: readonly number[] | undefined;
}

/** That a limit has counted so much for a name; less than 0 takes back what was counted. */
export interface Counted {
  limit: string;
  name: string;
  much: number;
}

/** What limits have counted in a process: the others count it, too. */
export interface CountedAnnouncement {
  counted: readonly Counted[];
}

export type AnyAnnouncement = Announcement | RolloutAnnouncement | AuditAnnouncement | CountedAnnouncement;
