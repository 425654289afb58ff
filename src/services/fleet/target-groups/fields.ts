import { fieldSet } from '../../../filters/fields.ts';
import type { SortField } from '../../shared/page.ts';
import { TARGET_GROUP_COLUMNS as columns, type TargetGroup } from './group.ts';

/** What a filter may ask of a group. */
export const TARGET_GROUP_FIELDS = fieldSet([
  [['name'], { kind: 'text', column: columns.name }],
  [['targetCount'], { kind: 'integer', column: columns.targetCount }],
]);

/** What groups can be sorted by. */
export const TARGET_GROUP_ORDER = {
  name: { expression: columns.name, of: (group) => group.name, type: 'text' },
  targetCount: { expression: columns.targetCount, of: (group) => group.targetCount, type: 'bigint' },
} as const satisfies Record<string, SortField<TargetGroup>>;
export type TargetGroupOrderField = keyof typeof TARGET_GROUP_ORDER;
