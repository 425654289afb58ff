import { type SQLWrapper, sql } from 'drizzle-orm';
import { targetFilters } from '../../../database/tables/target-data.ts';
import { fieldSet } from '../../../filters/fields.ts';
import type { SortField } from '../../shared/page.ts';
import type { TargetFilter } from './find.ts';

/** What a filter may ask of a saved filter. */
export const TARGET_FILTER_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: targetFilters.id }],
  [['name'], { kind: 'text', column: targetFilters.name }],
  [['query'], { kind: 'text', column: targetFilters.query }],
  [['createdAt'], { kind: 'time', column: targetFilters.createdAt }],
  [['createdBy'], { kind: 'text', column: targetFilters.createdBy }],
  [['lastModifiedAt'], { kind: 'time', column: targetFilters.lastModifiedAt }],
  [['lastModifiedBy'], { kind: 'text', column: targetFilters.lastModifiedBy }],
]);

const exact = (column: SQLWrapper) => sql`${column} COLLATE "C"`;

/** What saved filters can be sorted by. */
export const TARGET_FILTER_ORDER = {
  id: { expression: targetFilters.id, of: (f) => f.id, type: 'bigint' },
  name: { expression: targetFilters.name, of: (f) => f.name, type: 'text' },
  query: { expression: exact(targetFilters.query), of: (f) => f.query, type: 'text' },
  createdAt: { expression: targetFilters.createdAt, of: (f) => f.createdAt, type: 'timestamptz' },
  createdBy: { expression: exact(targetFilters.createdBy), of: (f) => f.createdBy, type: 'text' },
  lastModifiedAt: {
    expression: targetFilters.lastModifiedAt,
    of: (f) => f.lastModifiedAt,
    type: 'timestamptz',
  },
  lastModifiedBy: {
    expression: exact(targetFilters.lastModifiedBy),
    of: (f) => f.lastModifiedBy,
    type: 'text',
  },
} as const satisfies Record<string, SortField<TargetFilter>>;
export type TargetFilterOrderField = keyof typeof TARGET_FILTER_ORDER;

/** The names a REST `sort` may use: those of the filter's fields. */
export const TARGET_FILTER_SORT_NAMES: Readonly<Record<string, TargetFilterOrderField>> = {
  id: 'id',
  name: 'name',
  query: 'query',
  createdAt: 'createdAt',
  createdBy: 'createdBy',
  lastModifiedAt: 'lastModifiedAt',
  lastModifiedBy: 'lastModifiedBy',
};
