import { and, eq, sql } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { targetFilters } from '../../../database/tables/target-data.ts';
import { type Field, fieldSet, owned } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import { type SortField, sortNames } from '../../shared/page.ts';
import type { TargetFilter } from './find.ts';

/** What the one set is called that a filter's auto-assignment gives. */
const ofItsSet = (field: 'name' | 'version'): Field => ({
  kind: 'set',
  from: sql`${autoAssignments} JOIN ${distributionSets} ON ${and(
    eq(distributionSets.tenantId, autoAssignments.tenantId),
    eq(distributionSets.id, autoAssignments.setId),
  )}`,
  on: ({ tenantId }) =>
    and(eq(autoAssignments.tenantId, tenantId), eq(autoAssignments.targetFilterId, targetFilters.id))!,
  value: distributionSets[field],
  ...owned('distributionSet', field, autoAssignments.setId),
});

/** What a filter may ask of a target filter. */
export const TARGET_FILTER_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: targetFilters.id }],
  [['name'], { kind: 'text', column: targetFilters.name }],
  [['filter', 'query'], { kind: 'text', column: targetFilters.filter }],
  [['autoAssignDistributionSet.name'], ofItsSet('name')],
  [['autoAssignDistributionSet.version'], ofItsSet('version')],
  ...authoredFields(targetFilters),
]);

/** What target filters can be sorted by. */
export const TARGET_FILTER_ORDER = {
  id: { expression: targetFilters.id, of: (f) => f.id, type: 'bigint' },
  name: { expression: targetFilters.name, of: (f) => f.name, type: 'text' },
  filter: { expression: exact(targetFilters.filter), of: (f) => f.filter, type: 'text' },
  ...authoredOrder(targetFilters),
} as const satisfies Record<string, SortField<TargetFilter>>;
export type TargetFilterOrderField = keyof typeof TARGET_FILTER_ORDER;

export const TARGET_FILTER_SORT_NAMES = { ...sortNames(TARGET_FILTER_ORDER), query: 'filter' } as const;
