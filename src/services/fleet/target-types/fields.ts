import { type SQLWrapper, sql } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { fieldSet } from '../../../filters/fields.ts';
import type { SortField } from '../../shared/page.ts';
import type { TargetType } from './target-type.ts';

/** What a filter may ask of a target type. */
export const TARGET_TYPE_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: targetTypes.id }],
  [['key'], { kind: 'text', column: targetTypes.key }],
  [['name'], { kind: 'text', column: targetTypes.name }],
  [['description'], { kind: 'text', column: targetTypes.description }],
  [['createdAt'], { kind: 'time', column: targetTypes.createdAt }],
  [['createdBy'], { kind: 'text', column: targetTypes.createdBy }],
  [['lastModifiedAt'], { kind: 'time', column: targetTypes.lastModifiedAt }],
  [['lastModifiedBy'], { kind: 'text', column: targetTypes.lastModifiedBy }],
]);

const exact = (column: SQLWrapper) => sql`${column} COLLATE "C"`;

/** What target types can be sorted by. */
export const TARGET_TYPE_ORDER = {
  id: { expression: targetTypes.id, of: (t) => t.id, type: 'bigint' },
  key: { expression: targetTypes.key, of: (t) => t.key, type: 'text' },
  name: { expression: targetTypes.name, of: (t) => t.name, type: 'text' },
  description: {
    expression: exact(targetTypes.description),
    of: (t) => t.description,
    type: 'text',
    nullable: true,
  },
  createdAt: { expression: targetTypes.createdAt, of: (t) => t.createdAt, type: 'timestamptz' },
  createdBy: { expression: exact(targetTypes.createdBy), of: (t) => t.createdBy, type: 'text' },
  lastModifiedAt: {
    expression: targetTypes.lastModifiedAt,
    of: (t) => t.lastModifiedAt,
    type: 'timestamptz',
  },
  lastModifiedBy: {
    expression: exact(targetTypes.lastModifiedBy),
    of: (t) => t.lastModifiedBy,
    type: 'text',
  },
} as const satisfies Record<string, SortField<TargetType>>;
export type TargetTypeOrderField = keyof typeof TARGET_TYPE_ORDER;

/** The names a REST `sort` may use: those of the filter's fields. */
export const TARGET_TYPE_SORT_NAMES: Readonly<Record<string, TargetTypeOrderField>> = {
  id: 'id',
  key: 'key',
  name: 'name',
  description: 'description',
  createdAt: 'createdAt',
  createdBy: 'createdBy',
  lastModifiedAt: 'lastModifiedAt',
  lastModifiedBy: 'lastModifiedBy',
};
