import { FORCE_TYPES } from '../../../database/tables/actions.ts';
import { AUTO_ASSIGNMENT_STATUSES, autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { fieldSet, owned } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { AutoAssignment } from './auto-assignment.ts';

const itsSet = (field: string) => owned('distributionSet', field, autoAssignments.setId);

/** What a filter may ask of an auto-assignment. */
export const AUTO_ASSIGNMENT_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: autoAssignments.id }],
  [['name'], { kind: 'text', column: autoAssignments.name }],
  [['description'], { kind: 'text', column: autoAssignments.description }],
  [['filter', 'query', 'targetFilterQuery'], { kind: 'text', column: autoAssignments.filter }],
  [['status'], { kind: 'enum', column: autoAssignments.status, values: AUTO_ASSIGNMENT_STATUSES }],
  [['forceType', 'actionType'], { kind: 'enum', column: autoAssignments.forceType, values: FORCE_TYPES }],
  [['weight'], { kind: 'integer', column: autoAssignments.weight }],
  [['approvalDecidedBy'], { kind: 'text', column: autoAssignments.approvalDecidedBy }],
  [['initiatedBy'], { kind: 'text', column: autoAssignments.initiatedBy }],
  [['distributionSet.id'], { kind: 'integer', column: distributionSets.id, ...itsSet('id') }],
  [['distributionSet.name'], { kind: 'text', column: distributionSets.name, ...itsSet('name') }],
  [['distributionSet.version'], { kind: 'text', column: distributionSets.version, ...itsSet('version') }],
  ...authoredFields(autoAssignments),
]);

/** What auto-assignments can be sorted by. */
export const AUTO_ASSIGNMENT_ORDER = {
  id: { expression: autoAssignments.id, of: (a) => a.id, type: 'bigint' },
  name: { expression: autoAssignments.name, of: (a) => a.name, type: 'text' },
  status: { expression: autoAssignments.status, of: (a) => a.status, type: 'text' },
  forceType: { expression: exact(autoAssignments.forceType), of: (a) => a.forceType, type: 'text' },
  approvalDecidedBy: {
    expression: exact(autoAssignments.approvalDecidedBy),
    of: (a) => a.approvalDecidedBy,
    type: 'text',
    nullable: true,
  },
  ...authoredOrder(autoAssignments),
} as const satisfies Record<string, SortField<AutoAssignment>>;
export type AutoAssignmentOrderField = keyof typeof AUTO_ASSIGNMENT_ORDER;

export const AUTO_ASSIGNMENT_SORT_NAMES = {
  ...sortNames(AUTO_ASSIGNMENT_ORDER),
  actionType: 'forceType',
} as const;
