import { sql } from 'drizzle-orm';
import { enrollmentGroups as table } from '../../../database/tables/enrollment.ts';
import { fieldSet } from '../../../filters/fields.ts';
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
  [['createdAt'], { kind: 'time', column: table.createdAt }],
  [['createdBy'], { kind: 'text', column: table.createdBy }],
  [['lastModifiedAt'], { kind: 'time', column: table.lastModifiedAt }],
  [['lastModifiedBy'], { kind: 'text', column: table.lastModifiedBy }],
]);

/** What enrollment groups can be sorted by. */
export const ENROLLMENT_GROUP_ORDER = {
  id: { expression: table.id, of: (g) => g.id, type: 'bigint' },
  name: { expression: table.name, of: (g) => g.name, type: 'text' },
  expiresAt: { expression: table.expiresAt, of: (g) => g.expiresAt, type: 'timestamptz', nullable: true },
  createdAt: { expression: table.createdAt, of: (g) => g.createdAt, type: 'timestamptz' },
  createdBy: { expression: sql`${table.createdBy} COLLATE "C"`, of: (g) => g.createdBy, type: 'text' },
  lastModifiedAt: { expression: table.lastModifiedAt, of: (g) => g.lastModifiedAt, type: 'timestamptz' },
} as const satisfies Record<string, SortField<EnrollmentGroup>>;
export type EnrollmentGroupOrderField = keyof typeof ENROLLMENT_GROUP_ORDER;
