import { type SQLWrapper, sql } from 'drizzle-orm';
import { targetTags } from '../../../database/tables/target-data.ts';
import { fieldSet } from '../../../filters/fields.ts';
import type { SortField } from '../../shared/page.ts';
import type { TargetTag } from './find.ts';

/** What a filter may ask of a target tag. */
export const TARGET_TAG_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: targetTags.id }],
  [['name'], { kind: 'text', column: targetTags.name }],
  [['description'], { kind: 'text', column: targetTags.description }],
  [['colour'], { kind: 'text', column: targetTags.colour }],
  [['createdAt'], { kind: 'time', column: targetTags.createdAt }],
  [['createdBy'], { kind: 'text', column: targetTags.createdBy }],
  [['lastModifiedAt'], { kind: 'time', column: targetTags.lastModifiedAt }],
  [['lastModifiedBy'], { kind: 'text', column: targetTags.lastModifiedBy }],
]);

const exact = (column: SQLWrapper) => sql`${column} COLLATE "C"`;

/** What target tags can be sorted by. */
export const TARGET_TAG_ORDER = {
  id: { expression: targetTags.id, of: (t) => t.id, type: 'bigint' },
  name: { expression: targetTags.name, of: (t) => t.name, type: 'text' },
  description: {
    expression: exact(targetTags.description),
    of: (t) => t.description,
    type: 'text',
    nullable: true,
  },
  colour: { expression: exact(targetTags.colour), of: (t) => t.colour, type: 'text', nullable: true },
  createdAt: { expression: targetTags.createdAt, of: (t) => t.createdAt, type: 'timestamptz' },
  createdBy: { expression: exact(targetTags.createdBy), of: (t) => t.createdBy, type: 'text' },
  lastModifiedAt: { expression: targetTags.lastModifiedAt, of: (t) => t.lastModifiedAt, type: 'timestamptz' },
  lastModifiedBy: { expression: exact(targetTags.lastModifiedBy), of: (t) => t.lastModifiedBy, type: 'text' },
} as const satisfies Record<string, SortField<TargetTag>>;
export type TargetTagOrderField = keyof typeof TARGET_TAG_ORDER;

/** The names a REST `sort` may use: those of the filter's fields. */
export const TARGET_TAG_SORT_NAMES: Readonly<Record<string, TargetTagOrderField>> = {
  id: 'id',
  name: 'name',
  description: 'description',
  colour: 'colour',
  createdAt: 'createdAt',
  createdBy: 'createdBy',
  lastModifiedAt: 'lastModifiedAt',
  lastModifiedBy: 'lastModifiedBy',
};
