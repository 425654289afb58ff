import { sql } from 'drizzle-orm';
import { auditEvents } from '../../../database/tables/audit.ts';
import { type FieldSet, fieldSet } from '../../../filters/fields.ts';
import { ACTOR_KINDS, CHANNELS as CHANNEL_NAMES } from '../../shared/context.ts';
import type { SortField } from '../../shared/page.ts';
import type { AuditEvent } from './audit-event.ts';
import { EVENT_TYPES } from './event-types.ts';
import { eventsOfTargets } from './targets.ts';

const ACTORS = ACTOR_KINDS.map((kind) => kind.toLowerCase());
const CHANNELS = CHANNEL_NAMES.map((name) => name.toLowerCase());

/** What a filter may ask of the type of an event. */
export const TYPE_OF_EVENT = {
  kind: 'enum',
  column: auditEvents.type,
  values: EVENT_TYPES,
  wildcards: true,
} as const;

/** What a filter may ask of an audit event of a tenant. */
export const auditFieldsOf = (tenantId: number): FieldSet =>
  fieldSet([
    [['id'], { kind: 'integer', column: auditEvents.id }],
    [['at'], { kind: 'time', column: auditEvents.at }],
    [['actor'], { kind: 'text', column: auditEvents.actor }],
    [['actorKind'], { kind: 'enum', column: sql`lower(${auditEvents.actorKind})`, values: ACTORS }],
    [['apiKey'], { kind: 'text', column: auditEvents.apiKey }],
    [['channel'], { kind: 'enum', column: sql`lower(${auditEvents.channel})`, values: CHANNELS }],
    [['address'], { kind: 'text', column: auditEvents.address }],
    [['requestId'], { kind: 'text', column: auditEvents.requestId }],
    [['type'], TYPE_OF_EVENT],
    [
      ['subject'],
      {
        kind: 'set',
        from: sql`unnest(${auditEvents.subjects}) AS named(subject)`,
        on: sql`TRUE`,
        value: sql`named.subject`,
      },
    ],
    [
      ['target'],
      {
        kind: 'name',
        among: (names) => sql`${auditEvents.id} IN (${eventsOfTargets(tenantId, names)})`,
      },
    ],
  ]);

/** What audit events can be sorted by; ids grow with time. */
export const AUDIT_ORDER = {
  id: { expression: auditEvents.id, of: (e) => e.id, type: 'bigint' },
  at: { expression: auditEvents.at, of: (e) => e.at, type: 'timestamptz' },
} as const satisfies Record<string, SortField<AuditEvent>>;
export type AuditOrderField = keyof typeof AUDIT_ORDER;
