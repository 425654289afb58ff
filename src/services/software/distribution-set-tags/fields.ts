import { and, eq, sql } from 'drizzle-orm';
import {
  distributionSets,
  distributionSetTagAssignments,
  distributionSetTags,
} from '../../../database/tables/distribution-sets.ts';
import { fieldSet, owned, type SetField } from '../../../filters/fields.ts';
import type { Moments } from '../../../filters/moments.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { DistributionSetTag } from './find.ts';

const itsSet = (field: string) => owned('distributionSet', field, distributionSetTagAssignments.setId);
const ofItsSets = {
  kind: 'set',
  on: ({ tenantId }: Moments) =>
    and(
      eq(distributionSetTagAssignments.tenantId, tenantId),
      eq(distributionSetTagAssignments.tagId, distributionSetTags.id),
    )!,
} as const satisfies Partial<SetField>;

/** What a filter may ask of a distribution set tag. */
export const DISTRIBUTION_SET_TAG_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: distributionSetTags.id }],
  [['name'], { kind: 'text', column: distributionSetTags.name }],
  [['description'], { kind: 'text', column: distributionSetTags.description }],
  [['color', 'colour'], { kind: 'text', column: distributionSetTags.color }],
  [
    ['distributionSet.id'],
    {
      ...ofItsSets,
      from: distributionSetTagAssignments,
      value: distributionSetTagAssignments.setId,
      integers: true,
      ...itsSet('id'),
    },
  ],
  [
    ['distributionSet.name'],
    {
      ...ofItsSets,
      from: sql`${distributionSetTagAssignments} JOIN ${distributionSets} ON ${and(
        eq(distributionSets.tenantId, distributionSetTagAssignments.tenantId),
        eq(distributionSets.id, distributionSetTagAssignments.setId),
      )}`,
      value: distributionSets.name,
      ...itsSet('name'),
    },
  ],
  ...authoredFields(distributionSetTags),
]);

/** What distribution set tags can be sorted by. */
export const DISTRIBUTION_SET_TAG_ORDER = {
  id: { expression: distributionSetTags.id, of: (t) => t.id, type: 'bigint' },
  name: { expression: distributionSetTags.name, of: (t) => t.name, type: 'text' },
  description: {
    expression: exact(distributionSetTags.description),
    of: (t) => t.description,
    type: 'text',
    nullable: true,
  },
  color: {
    expression: exact(distributionSetTags.color),
    of: (t) => t.color,
    type: 'text',
    nullable: true,
  },
  ...authoredOrder(distributionSetTags),
} as const satisfies Record<string, SortField<DistributionSetTag>>;
export type DistributionSetTagOrderField = keyof typeof DISTRIBUTION_SET_TAG_ORDER;

export const DISTRIBUTION_SET_TAG_SORT_NAMES = {
  ...sortNames(DISTRIBUTION_SET_TAG_ORDER),
  colour: 'color',
} as const;
