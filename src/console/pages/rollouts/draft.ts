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

/** What the server calls a group, too. */
const groupName = (index: number) => `group-${index + 1}`;

export const newGroup = (
  index: number,
  draft: Pick<RolloutDraft, 'successThreshold' | 'errorThreshold'>,
) => ({
  name: groupName(index),
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
export function plannedGroups(draft: RolloutDraft): PlannedGroup[] {
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
    name: groupName(index),
    filter: '',
    percentage: 100 / groupCount,
    successThreshold,
    pauses: false,
  }));
}
