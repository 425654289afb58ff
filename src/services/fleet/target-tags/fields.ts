import { targetTags } from '../../../database/tables/target-data.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { TargetTag } from './find.ts';

/** What a filter may ask of a target tag. */
export const TARGET_TAG_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: targetTags.id }],
  [['name'], { kind: 'text', column: targetTags.name }],
  [['description'], { kind: 'text', column: targetTags.description }],
  [['color', 'colour'], { kind: 'text', column: targetTags.color }],
  ...authoredFields(targetTags),
]);

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
  color: { expression: exact(targetTags.color), of: (t) => t.color, type: 'text', nullable: true },
  ...authoredOrder(targetTags),
} as const satisfies Record<string, SortField<TargetTag>>;
export type TargetTagOrderField = keyof typeof TARGET_TAG_ORDER;

export const TARGET_TAG_SORT_NAMES = { ...sortNames(TARGET_TAG_ORDER), colour: 'color' } as const;
