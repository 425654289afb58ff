import type { ActorKind, Channel } from '../../shared/context.ts';
import type { EventType } from './event-types.ts';
import type { FieldChanges } from './record.ts';

/** What was done, or refused, in a tenant. */
export interface AuditEvent {
  id: number;
  at: Date;
  actor: string;
  actorKind: ActorKind;
  /** The name of the API key that acted for the account. */
  apiKey: string | null;
  channel: Channel;
  address: string | null;
  requestId: string | null;
  type: EventType;
  subjects: string[] | null;
  filter: string | null;
  count: number;
  changes: FieldChanges | null;
}
