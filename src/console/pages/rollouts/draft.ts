import type {
  CreateRolloutInput,
  RolloutGroupInput,
  RolloutSuccessAction,
} from '../../api/types.documents.ts';
import { forceInput } from '../../parts/force-field.tsx';
import type { BulkValues } from '../targets/bulk-fields.tsx';

/** A group of one's own: what is empty is as for all groups. */
export interface GroupDraft {
  name: string;
  /** What it takes of the rollout's targets; empty for all. */
  filter: string;
  percentage: number;
  successThreshold: number;
  errorThreshold: number;
  successAction: RolloutSuccessAction;
  confirmationRequired: boolean;
}

/** A rollout that isn't made yet. */
export interface RolloutDraft {
  filter: string;
  choice: BulkValues;
  /** Groups of the same size, or undefined for groups of one's own. */
  groupCount: number | undefined;
  groups: GroupDraft[];
  successThreshold: number;
  errorThreshold: number;
  confirmationRequired: boolean;
  dynamic: boolean;
  ignoreTargetFilter: boolean;
  startAt: string | null;
  weight: number | null;
}

export const newGroup = (
  index: number,
  draft: Pick<RolloutDraft, 'successThreshold' | 'errorThreshold'>,
) => ({
  name: `group-${index + 1}`,
  filter: '',
  percentage: 100,
  successThreshold: draft.successThreshold,
  errorThreshold: draft.errorThreshold,
  successAction: 'NEXT_GROUP' as const,
  confirmationRequired: false,
});

export const FIRST_DRAFT: RolloutDraft = {
  filter: '',
  choice: {},
  groupCount: 3,
  groups: [],
  successThreshold: 80,
  errorThreshold: 20,
  confirmationRequired: false,
  dynamic: false,
  ignoreTargetFilter: false,
  startAt: null,
  weight: null,
};

const groupInput = ({ filter, name, confirmationRequired, ...others }: GroupDraft): RolloutGroupInput => ({
  ...others,
  name: name.trim(),
  filter: filter.trim() || undefined,
  confirmationRequired: confirmationRequired || undefined,
});

/** As the server takes it. */
export const inputOf = (draft: RolloutDraft, name: string, description: string): CreateRolloutInput => ({
  name,
  description: description || undefined,
  filter: draft.filter.trim(),
  distributionSetId: draft.choice.setId!,
  ...forceInput(draft.choice),
  successThreshold: draft.successThreshold,
  errorThreshold: draft.errorThreshold,
  confirmationRequired: draft.confirmationRequired || undefined,
  ignoreTargetFilter: draft.ignoreTargetFilter || undefined,
  startAt: draft.startAt ?? undefined,
  weight: draft.weight ?? undefined,
  ...(draft.groupCount === undefined
    ? { groups: { each: draft.groups.map(groupInput) } }
    : { groups: { count: draft.groupCount }, dynamic: draft.dynamic || undefined }),
});

/** A group as the plan shows it. */
export interface PlannedGroup {
  name: string;
  filter: string;
  percentage: number;
  successThreshold: number;
  pauses: boolean;
}

/** The groups that a draft leads to. */
export function plannedGroups(draft: RolloutDraft, nameOf: (index: number) => string): PlannedGroup[] {
  const { groupCount, groups, successThreshold } = draft;
  if (groupCount === undefined)
    return groups.map(({ name, filter, percentage, successThreshold: own, successAction }) => ({
      name,
      filter: filter.trim(),
      percentage,
      successThreshold: own,
      pauses: successAction === 'PAUSE',
    }));
  return Array.from({ length: groupCount }, (_, index) => ({
    name: nameOf(index + 1),
    filter: '',
    percentage: 100 / groupCount,
    successThreshold,
    pauses: false,
  }));
}

/** Percentages are rounded: three groups of 33 % take everything, as on the server. */
const WHOLE = 99;

/**
 * How many targets each group gets of those that its filter matches: groups with the same filter share them, one after
 * the other; a last one that makes them whole takes the rest. Targets that several filters match are counted for each.
 */
export function sizesOf(groups: readonly PlannedGroup[], matching: ReadonlyMap<string, number>): number[] {
  const left = new Map(matching);
  return groups.map((group, at) => {
    const alike = groups.filter(({ filter }) => filter === group.filter);
    const taken = groups
      .slice(0, at)
      .filter(({ filter }) => filter === group.filter)
      .reduce((sum, { percentage }) => sum + percentage, 0);
    const isLast = group === alike.at(-1) && taken + group.percentage >= WHOLE;
    const rest = left.get(group.filter) ?? 0;
    const size =
      isLast || 100 - taken <= group.percentage
        ? rest
        : Math.round((rest * group.percentage) / (100 - taken));
    left.set(group.filter, rest - size);
    return size;
  });
}
