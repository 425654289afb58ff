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
  [['colour'], { kind: 'text', column: targetTags.colour }],
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
  colour: { expression: exact(targetTags.colour), of: (t) => t.colour, type: 'text', nullable: true },
  ...authoredOrder(targetTags),
} as const satisfies Record<string, SortField<TargetTag>>;
export type TargetTagOrderField = keyof typeof TARGET_TAG_ORDER;

export const TARGET_TAG_SORT_NAMES = sortNames(TARGET_TAG_ORDER);
