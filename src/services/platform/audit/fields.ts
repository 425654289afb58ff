import { sql } from 'drizzle-orm';
import { auditEvents } from '../../../database/tables/audit.ts';
import { type FieldSet, fieldSet } from '../../../filters/fields.ts';
import type { SortField } from '../../shared/page.ts';
import type { AuditEvent } from './audit-event.ts';
import { eventsOfTargets } from './targets.ts';

/** What a filter may ask of an audit event of a tenant. */
export const auditFieldsOf = (tenantId: number): FieldSet =>
  fieldSet([
    [['id'], { kind: 'integer', column: auditEvents.id }],
    [['at'], { kind: 'time', column: auditEvents.at }],
    [['actor'], { kind: 'text', column: auditEvents.actor }],
    [['actorKind'], { kind: 'text', column: auditEvents.actorKind }],
    [['apiKey'], { kind: 'text', column: auditEvents.apiKey }],
    [['channel'], { kind: 'text', column: auditEvents.channel }],
    [['address'], { kind: 'text', column: auditEvents.address }],
    [['type'], { kind: 'text', column: auditEvents.type }],
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
} as const satisfies Record<string, SortField<AuditEvent>>;
export type AuditOrderField = keyof typeof AUDIT_ORDER;
