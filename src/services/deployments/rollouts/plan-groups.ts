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

/** Percentages are rounded: three groups of 33 % take everything. */
const WHOLE = 99;
/** So far off are sums of percentages with the seven digits that are stored: three thirds are thirds all the same. */
const STORED_EXACTLY = 2e-5;

type Share = Pick<GroupPlan, 'filter' | 'percentage' | 'dynamic'>;

/** The filters whose groups take all that they match. */
export function filtersTakenWhole(groups: readonly Share[]): string[] {
  const sums = new Map<string, number>();
  for (const { filter, percentage, dynamic } of groups)
    if (!dynamic) sums.set(filter, (sums.get(filter) ?? 0) + percentage);
  return [...sums].filter(([, sum]) => sum >= WHOLE).map(([filter]) => filter);
}

/** How many of `matching` targets are left after groups of the same filter have taken their shares. */
export const leftBy = (groups: readonly Share[], matching: number): number =>
  groups.reduce((left, group) => left - shareOf(groups, group, left), matching);

/**
 * How many a group gets of the candidates that groups before it left: its percentage is of all that its filter matches,
 * so those before it with the same filter make it a larger part of the rest. The console's plan says the same.
 */
export function shareOf(groups: readonly Share[], group: Share, candidates: number): number {
  const alike = groups.filter(({ filter, dynamic }) => filter === group.filter && !dynamic);
  const at = alike.indexOf(group);
  const taken = alike.slice(0, at).reduce((sum, { percentage }) => sum + percentage, 0);
  const isLast = at === alike.length - 1 && taken + group.percentage >= WHOLE;
  const rest = 100 - taken;
  if (isLast || rest <= group.percentage) return candidates;
  const parts = Math.round(rest / group.percentage);
  const isEven = Math.abs(rest - parts * group.percentage) < STORED_EXACTLY;
  return Math.round(isEven ? candidates / parts : (candidates * group.percentage) / rest);
}
