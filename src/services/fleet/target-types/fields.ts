import { targetTypes } from '../../../database/tables/target-types.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { TargetType } from './target-type.ts';

/** What a filter may ask of a target type. */
export const TARGET_TYPE_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: targetTypes.id }],
  [['key'], { kind: 'text', column: targetTypes.key }],
  [['name'], { kind: 'text', column: targetTypes.name }],
  [['description'], { kind: 'text', column: targetTypes.description }],
  ...authoredFields(targetTypes),
]);

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
  ...authoredOrder(targetTypes),
} as const satisfies Record<string, SortField<TargetType>>;
export type TargetTypeOrderField = keyof typeof TARGET_TYPE_ORDER;

export const TARGET_TYPE_SORT_NAMES = sortNames(TARGET_TYPE_ORDER);
