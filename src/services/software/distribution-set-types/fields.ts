import { distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { DistributionSetType } from './distribution-set-type.ts';

/** What a filter may ask of a distribution set type. */
export const DISTRIBUTION_SET_TYPE_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: distributionSetTypes.id }],
  [['key'], { kind: 'text', column: distributionSetTypes.key }],
  [['name'], { kind: 'text', column: distributionSetTypes.name }],
  [['description'], { kind: 'text', column: distributionSetTypes.description }],
  ...authoredFields(distributionSetTypes),
]);

/** What distribution set types can be sorted by. */
export const DISTRIBUTION_SET_TYPE_ORDER = {
  id: { expression: distributionSetTypes.id, of: (t) => t.id, type: 'bigint' },
  key: { expression: distributionSetTypes.key, of: (t) => t.key, type: 'text' },
  name: { expression: distributionSetTypes.name, of: (t) => t.name, type: 'text' },
  description: {
    expression: exact(distributionSetTypes.description),
    of: (t) => t.description,
    type: 'text',
    nullable: true,
  },
  ...authoredOrder(distributionSetTypes),
} as const satisfies Record<string, SortField<DistributionSetType>>;
export type DistributionSetTypeOrderField = keyof typeof DISTRIBUTION_SET_TYPE_ORDER;

export const DISTRIBUTION_SET_TYPE_SORT_NAMES = sortNames(DISTRIBUTION_SET_TYPE_ORDER);
