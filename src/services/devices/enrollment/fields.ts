import { enrollmentGroups as table } from '../../../database/tables/enrollment.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import type { EnrollmentGroup } from './find.ts';

/** What a filter may ask of an enrollment group. */
export const ENROLLMENT_GROUP_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: table.id }],
  [['name'], { kind: 'text', column: table.name }],
  [['description'], { kind: 'text', column: table.description }],
  [['isDefault'], { kind: 'boolean', column: table.isDefault }],
  [['requiresApproval'], { kind: 'boolean', column: table.requiresApproval }],
  [['expiresAt'], { kind: 'time', column: table.expiresAt }],
  [['targetGroup'], { kind: 'text', column: table.targetGroup }],
  ...authoredFields(table),
]);

const { createdAt, createdBy, lastModifiedAt } = authoredOrder(table);

/** What enrollment groups can be sorted by. */
export const ENROLLMENT_GROUP_ORDER = {
  id: { expression: table.id, of: (g) => g.id, type: 'bigint' },
  name: { expression: table.name, of: (g) => g.name, type: 'text' },
  expiresAt: { expression: table.expiresAt, of: (g) => g.expiresAt, type: 'timestamptz', nullable: true },
  createdAt,
  createdBy,
  lastModifiedAt,
} as const satisfies Record<string, SortField<EnrollmentGroup>>;
export type EnrollmentGroupOrderField = keyof typeof ENROLLMENT_GROUP_ORDER;
