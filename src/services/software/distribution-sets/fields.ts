import { and, eq, sql } from 'drizzle-orm';
import {
  distributionSetMetadata,
  distributionSetModules,
  distributionSets,
  distributionSetTagAssignments,
  distributionSetTags,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import { softwareModules } from '../../../database/tables/software.ts';
import { fieldSet, owned, type SetField } from '../../../filters/fields.ts';
import type { Moments } from '../../../filters/moments.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import { isCompleteSet } from './complete.ts';
import type { DistributionSet } from './distribution-set.ts';

const ofItsModules = {
  kind: 'set',
  from: sql`${distributionSetModules} JOIN ${softwareModules} ON ${and(
    eq(softwareModules.tenantId, distributionSetModules.tenantId),
    eq(softwareModules.id, distributionSetModules.moduleId),
  )}`,
  on: ({ tenantId }: Moments) =>
    and(
      eq(distributionSetModules.tenantId, tenantId),
      eq(distributionSetModules.setId, distributionSets.id),
    )!,
} as const satisfies Partial<SetField>;

const itsType = (field: string) => owned('distributionSetType', field, distributionSets.typeId);

/** What a filter may ask of a distribution set. */
export const DISTRIBUTION_SET_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: distributionSets.id }],
  [['type', 'type.key'], { kind: 'text', column: distributionSetTypes.key, ...itsType('key') }],
  [['type.id'], { kind: 'integer', column: distributionSetTypes.id, ...itsType('id') }],
  [['type.name'], { kind: 'text', column: distributionSetTypes.name, ...itsType('name') }],
  [['name'], { kind: 'text', column: distributionSets.name }],
  [['version'], { kind: 'text', column: distributionSets.version }],
  [['description'], { kind: 'text', column: distributionSets.description }],
  [['valid'], { kind: 'boolean', column: distributionSets.valid }],
  [['locked'], { kind: 'boolean', column: distributionSets.locked }],
  [['complete'], { kind: 'boolean', column: ({ tenantId }) => isCompleteSet(tenantId) }],
  [['targetFilter'], { kind: 'text', column: distributionSets.targetFilter }],
  [
    ['module', 'module.name', 'modules.name'],
    {
      ...ofItsModules,
      value: softwareModules.name,
      ...owned('softwareModule', 'name', distributionSetModules.moduleId),
    },
  ],
  [
    ['module.id', 'modules.id'],
    {
      ...ofItsModules,
      value: softwareModules.id,
      integers: true,
      ...owned('softwareModule', 'id', distributionSetModules.moduleId),
    },
  ],
  [
    ['tag', 'tag.name', 'tags.name'],
    {
      kind: 'set',
      from: sql`${distributionSetTagAssignments} JOIN ${distributionSetTags} ON ${and(
        eq(distributionSetTags.tenantId, distributionSetTagAssignments.tenantId),
        eq(distributionSetTags.id, distributionSetTagAssignments.tagId),
      )}`,
      on: ({ tenantId }) =>
        and(
          eq(distributionSetTagAssignments.tenantId, tenantId),
          eq(distributionSetTagAssignments.setId, distributionSets.id),
        )!,
      value: distributionSetTags.name,
      ...owned('distributionSetTag', 'name', distributionSetTagAssignments.tagId),
    },
  ],
  [
    ['metadata'],
    {
      kind: 'map',
      from: distributionSetMetadata,
      on: ({ tenantId }) =>
        and(
          eq(distributionSetMetadata.tenantId, tenantId),
          eq(distributionSetMetadata.setId, distributionSets.id),
        )!,
      key: distributionSetMetadata.key,
      value: distributionSetMetadata.value,
    },
  ],
  ...authoredFields(distributionSets),
]);

/** What distribution sets can be sorted by. */
export const DISTRIBUTION_SET_ORDER = {
  id: { expression: distributionSets.id, of: (s) => s.id, type: 'bigint' },
  type: {
    expression: distributionSetTypes.key,
    of: (s) => s.type.key,
    type: 'text',
    owner: itsType('key').owners[0],
  },
  name: { expression: distributionSets.name, of: (s) => s.name, type: 'text' },
  version: { expression: distributionSets.version, of: (s) => s.version, type: 'text' },
  valid: { expression: sql`${distributionSets.valid}::integer`, of: (s) => Number(s.valid), type: 'bigint' },
  description: {
    expression: exact(distributionSets.description),
    of: (s) => s.description,
    type: 'text',
    nullable: true,
  },
  ...authoredOrder(distributionSets),
} as const satisfies Record<string, SortField<DistributionSet>>;
export type DistributionSetOrderField = keyof typeof DISTRIBUTION_SET_ORDER;

export const DISTRIBUTION_SET_SORT_NAMES = sortNames(DISTRIBUTION_SET_ORDER);
