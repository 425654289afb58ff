import { and, eq } from 'drizzle-orm';
import { enrollmentGroups, PENDING_STATES, pendingTargets } from '../../../database/tables/enrollment.ts';
import { fieldSet, owned } from '../../../filters/fields.ts';
import { exact } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import type { PendingTarget } from './pending-target.ts';

/** The join that filters of pending targets need. */
export const joinedGroups = and(
  eq(enrollmentGroups.tenantId, pendingTargets.tenantId),
  eq(enrollmentGroups.id, pendingTargets.groupId),
);

const itsGroup = (field: string) => owned('enrollmentGroup', field, pendingTargets.groupId);

/** What a filter may ask of a pending target. */
export const PENDING_TARGET_FIELDS = fieldSet([
  [['controllerId', 'id'], { kind: 'text', column: pendingTargets.controllerId }],
  [
    ['enrollmentGroup', 'enrollmentGroup.name'],
    { kind: 'text', column: enrollmentGroups.name, ...itsGroup('name') },
  ],
  [['enrollmentGroup.id'], { kind: 'integer', column: pendingTargets.groupId, ...itsGroup('id') }],
  [['state'], { kind: 'enum', column: pendingTargets.state, values: PENDING_STATES }],
  [['address', 'ipAddress'], { kind: 'text', column: pendingTargets.address }],
  [['firstRequestAt'], { kind: 'time', column: pendingTargets.firstRequestAt }],
  [['lastRequestAt'], { kind: 'time', column: pendingTargets.lastRequestAt }],
]);

/** What pending targets can be sorted by. */
export const PENDING_TARGET_ORDER = {
  controllerId: { expression: pendingTargets.controllerId, of: (p) => p.controllerId, type: 'text' },
  state: { expression: exact(pendingTargets.state), of: (p) => p.state, type: 'text' },
  firstRequestAt: {
    expression: pendingTargets.firstRequestAt,
    of: (p) => p.firstRequestAt,
    type: 'timestamptz',
  },
  lastRequestAt: {
    expression: pendingTargets.lastRequestAt,
    of: (p) => p.lastRequestAt,
    type: 'timestamptz',
  },
} as const satisfies Record<string, SortField<PendingTarget>>;
export type PendingTargetOrderField = keyof typeof PENDING_TARGET_ORDER;
