import type { rolloutGroups } from '../../../database/tables/rollouts.ts';
import { invalid, quotaExceeded } from '../../../errors.ts';
import type { GroupConditions, GroupInput, NewRollout } from './input.ts';
import { readTargetFilter } from './matching.ts';

/** A group that isn't stored yet. */
export type GroupPlan = Pick<
  typeof rolloutGroups.$inferSelect,
  | 'name'
  | 'description'
  | 'status'
  | 'filter'
  | 'percentage'
  | 'dynamic'
  | 'confirmationRequired'
  | 'successThreshold'
  | 'successAction'
  | 'successActionExpression'
  | 'errorThreshold'
  | 'errorActionExpression'
>;

export const MOST_GROUPS = 500;

const DEFAULTS = {
  successThreshold: 50,
  successAction: 'NEXTGROUP',
  successActionExpression: '',
  errorThreshold: 50,
  errorActionExpression: '',
} as const;

/**
 * The groups of a new rollout: those that are defined, or `groupCount` groups of the same size; then the first dynamic
 * group. @throws INVALID_INPUT, QUOTA_EXCEEDED, the errors of the groups' filters
 */
export function planGroups(input: NewRollout, confirmationFlow: boolean): GroupPlan[] {
  const { groups, groupCount, dynamic, dynamicGroup } = input;
  if (dynamicGroup && !dynamic)
    throw invalid('dynamicGroup: is of use only where the rollout is dynamic', ['dynamicGroup']);
  const asked = input.confirmationRequired ?? confirmationFlow;
  const planned = groups
    ? defined(input, groups, asked)
    : equal(input, groupCount ?? 1, dynamicGroup != null, asked);
  if (dynamicGroup)
    planned.push({
      ...conditionsOf(input, {}),
      ...named(`group-${planned.length + 1}${dynamicGroup.nameSuffix ?? ''}`),
      // Nothing is to be filled before it begins.
      status: 'ready',
      filter: '',
      percentage: dynamicGroup.targetCount,
      dynamic: true,
      confirmationRequired: asked,
    });
  return planned;
}

function defined(input: NewRollout, groups: readonly GroupInput[], asked: boolean): GroupPlan[] {
  if (input.groupCount != null)
    throw invalid('groupCount: cannot be used together with groups', ['groupCount']);
  if (input.dynamic) throw invalid('dynamic: cannot be used together with groups', ['dynamic']);
  requireFew(groups.length, 'groups');
  return groups.map((group, index): GroupPlan => {
    if (group.filter) readTargetFilter(group.filter, ['groups', String(index), 'filter']);
    return {
      ...conditionsOf(input, group),
      name: group.name,
      description: group.description ?? null,
      status: 'creating',
      filter: group.filter ?? '',
      percentage: group.percentage ?? 100,
      dynamic: false,
      confirmationRequired: group.confirmationRequired ?? asked,
    };
  });
}

function equal(input: NewRollout, count: number, mayBeNone: boolean, asked: boolean): GroupPlan[] {
  if (count < (mayBeNone ? 0 : 1)) throw invalid('groupCount: must be at least 1', ['groupCount']);
  requireFew(count, 'groupCount');
  return Array.from({ length: count }, (_, index) => ({
    ...conditionsOf(input, {}),
    ...named(`group-${index + 1}`),
    status: 'creating',
    filter: '',
    percentage: 100 / count,
    dynamic: false,
    confirmationRequired: asked,
  }));
}

function requireFew(count: number, field: string): void {
  if (count > MOST_GROUPS) throw quotaExceeded('groups of a rollout', MOST_GROUPS, [field]);
}

const named = (name: string) => ({ name, description: name });

const conditionsOf = (input: Partial<GroupConditions>, own: Partial<GroupConditions>) => ({
  successThreshold: own.successThreshold ?? input.successThreshold ?? DEFAULTS.successThreshold,
  successAction: own.successAction ?? input.successAction ?? DEFAULTS.successAction,
  successActionExpression:
    own.successActionExpression ?? input.successActionExpression ?? DEFAULTS.successActionExpression,
  errorThreshold: own.errorThreshold ?? input.errorThreshold ?? DEFAULTS.errorThreshold,
  errorActionExpression:
    own.errorActionExpression ?? input.errorActionExpression ?? DEFAULTS.errorActionExpression,
});
