import type { FieldChanges } from '../audit/record.ts';

/** What is sent of an event of the audit trail. Addresses of callers are none of a receiver's business. */
export interface SentEvent {
  id: number;
  at: Date;
  actor: string;
  actorKind: string;
  type: string;
  subjects: string[] | null;
  filter: string | null;
  count: number;
  changes: FieldChanges | null;
}

/** A CloudEvent (1.0, structured, in JSON); `source` and `id` together name it. */
export const cloudEventOf = (tenant: string, event: SentEvent) => ({
  specversion: '1.0',
  id: String(event.id),
  source: `/tenants/${tenant}`,
  type: `muster.${event.type}`,
  ...(event.subjects?.length === 1 && { subject: event.subjects[0] }),
  time: event.at.toISOString(),
  datacontenttype: 'application/json',
  data: {
    actor: event.actor,
    actorKind: event.actorKind,
    subjects: event.subjects,
    filter: event.filter,
    count: event.count,
    changes: event.changes,
  },
});
