import type { JobKindName } from '../../database/tables/jobs.ts';
import type { DomainError } from '../../errors.ts';
import type { Permission } from '../access/grants.ts';
import { requirePermission } from '../access/permissions.ts';
import { CancelActions, cancelActions, cancelSelected } from '../deployments/actions/cancel.ts';
import { ConfirmActions, confirmActions, confirmSelected } from '../deployments/actions/confirm.ts';
import { deleteActions, removeSelected } from '../deployments/actions/delete.ts';
import { forceActions, forceSelected } from '../deployments/actions/force.ts';
import { assignDistributionSet, assignTo } from '../deployments/assignments/assign.ts';
import { AssignDistributionSet } from '../deployments/assignments/input.ts';
import { SetAutoConfirm, setAutoConfirm, setAutoConfirmOf } from '../deployments/auto-confirm/set.ts';
import { approveSelected, approveTargets } from '../devices/pending-targets/approve.ts';
import { rejectSelected, rejectTargets } from '../devices/pending-targets/reject.ts';
import { endClaimCodes, endCodesOf } from '../fleet/claims/end-codes.ts';
import { ReleaseTargets } from '../fleet/claims/input.ts';
import { releaseSelected, releaseTargets } from '../fleet/claims/release.ts';
import { AssignTargetGroup, assignTargetGroup, putIntoGroup } from '../fleet/target-groups/assign.ts';
import {
  DeleteTargetMetadata,
  deleteEntries,
  deleteTargetMetadata,
} from '../fleet/target-metadata/delete.ts';
import { SetTargetMetadata, setEntries, setTargetMetadata } from '../fleet/target-metadata/set.ts';
import { assignTags, assignTargetTags } from '../fleet/target-tags/assign.ts';
import { TagChoice } from '../fleet/target-tags/choice.ts';
import { unassignTags, unassignTargetTags } from '../fleet/target-tags/unassign.ts';
import { AssignTargetType, assignTargetType, assignTypeTo } from '../fleet/targets/assign-type.ts';
import { deleteSelected, deleteTargets } from '../fleet/targets/delete.ts';
import { RotateTargetTokens, rotateTargetTokens, rotateTokensOf } from '../fleet/targets/rotate-tokens.ts';
import {
  SetTargetAttributes,
  setAttributesOf,
  setTargetAttributes,
} from '../fleet/targets/set-attributes.ts';
import { change, type Step } from '../shared/change.ts';
import type { Context } from '../shared/context.ts';
import { parse } from '../shared/parse.ts';
import type { Selection } from '../shared/selection.ts';
import { actionsBy, type MatchSource, PENDING_TARGETS, targetsBy } from './matches.ts';

/** What the verbs take: some targets, and what is to become of them. */
export interface BulkInput extends Omit<Selection, 'among'> {
  dryRun?: boolean | null | undefined;
}

/** What became of those that were chosen. */
export interface Done {
  /** The controllerIds of those that are different now; of actions, those of their targets. */
  changed: readonly string[];
  /** The ids of actions, or of things that a deletion or a decision ended. */
  ids?: readonly number[];
  /** How many of the targets were to have the set of an assignment anyway. */
  alreadyAssigned?: number;
  /** What was wrong with some, where the others were changed. */
  faults?: DomainError[];
}

/** What would become of them. */
export interface Counted extends Pick<Done, 'alreadyAssigned'> {
  affectedCount: number;
}

/** Which a verb is for: all that were chosen, or a part of what matches a filter. */
type Part = Selection;

/** A verb that a job can run in parts. */
export interface JobKind {
  /** Required of the job's creator at each batch. */
  permissions: readonly Permission[];
  source: MatchSource;
  /** Checks the verb's input, and counts how many would be changed. */
  count: (context: Context, input: BulkInput) => Promise<Counted>;
  /** Its work, with what it takes beside the choice. */
  work: (step: Step, part: Part, parameters: Record<string, unknown>) => Promise<Done>;
  /** Where it is refused if any of the targets is: nothing begins before all have been looked at. */
  isAllOrNone?: true;
}

type Verb = (context: Context, input: never) => Promise<number | Counted>;

/** Counts with a verb that can do so. */
const dry =
  (verb: Verb): JobKind['count'] =>
  async (context, input) => {
    const counted = await verb(context, { ...input, dryRun: true } as never);
    return typeof counted === 'number' ? { affectedCount: counted } : counted;
  };

/** Does the work on none: throws what refuses it whatever the targets, as a tag that is gone. */
export const tryOnNone = (
  context: Context,
  { work, permissions }: JobKind,
  { filter, parameters }: { filter: string; parameters: Record<string, unknown> },
): Promise<void> =>
  change(context, async (tx, changes) => {
    requirePermission(context, ...permissions);
    await work({ tx, context, changes }, { filter, among: [] }, parameters);
    changes.undo(undefined);
  });

type Work = (step: Step, part: Part, parameters: Record<string, unknown>) => Promise<string[]>;

const changing =
  (work: Work): JobKind['work'] =>
  async (...given) => ({ changed: await work(...given) });

/** For work that answers with the things themselves. */
const telling =
  (work: (...given: Parameters<Work>) => Promise<{ id: number; controllerId: string }[]>): JobKind['work'] =>
  async (...given) => {
    const ended = await work(...given);
    return { changed: ended.map(({ controllerId }) => controllerId), ids: ended.map(({ id }) => id) };
  };

const ofTargets = { permissions: ['UPDATE_TARGET'], source: targetsBy('UPDATE_TARGET') } as const;
const ofPending = { permissions: ['CREATE_TARGET'], source: PENDING_TARGETS } as const;
const ofActions = { permissions: ['UPDATE_TARGET'], source: actionsBy('UPDATE_TARGET') } as const;

/** How the verbs of actions call the same. */
const actionsOf = ({ ids, filter, among }: Part) => ({ actionIds: ids, filter, among });

export const KINDS: Record<JobKindName, JobKind> = {
  delete_targets: {
    permissions: ['DELETE_TARGET'],
    source: targetsBy('DELETE_TARGET'),
    count: dry(deleteTargets),
    work: telling((step, part) => deleteSelected(step, part)),
  },
  rotate_target_tokens: {
    ...ofTargets,
    count: dry(rotateTargetTokens),
    work: changing((step, part, given) =>
      rotateTokensOf(step, part, parse(RotateTargetTokens, { ...given, ...asked(part) }).overlap),
    ),
  },
  release_targets: {
    permissions: ['DELETE_TARGET', 'UPDATE_TARGET'],
    source: targetsBy('DELETE_TARGET'),
    count: dry(releaseTargets),
    work: changing((step, part, given) =>
      releaseSelected(step, part, parse(ReleaseTargets, { ...given, ...asked(part) })),
    ),
  },
  end_claim_codes: {
    ...ofTargets,
    count: dry(endClaimCodes),
    work: changing((step, part) => endCodesOf(step, part)),
  },
  assign_target_type: {
    ...ofTargets,
    count: dry(assignTargetType),
    work: changing((step, part, given) =>
      assignTypeTo(step, part, parse(AssignTargetType, { ...given, ...asked(part) }).targetTypeId),
    ),
  },
  assign_target_group: {
    ...ofTargets,
    count: dry(assignTargetGroup),
    work: changing((step, part, given) =>
      putIntoGroup(step, part, parse(AssignTargetGroup, { ...given, ...asked(part) }).group),
    ),
  },
  assign_target_tags: {
    ...ofTargets,
    count: dry(assignTargetTags),
    work: (step, part, given) =>
      assignTags(step, { ...parse(TagChoice, { ...given, ...asked(part) }), ...part }),
  },
  unassign_target_tags: {
    ...ofTargets,
    count: dry(unassignTargetTags),
    work: (step, part, given) =>
      unassignTags(step, { ...parse(TagChoice, { ...given, ...asked(part) }), ...part }),
  },
  set_target_metadata: {
    ...ofTargets,
    count: dry(setTargetMetadata),
    work: changing((step, part, given) =>
      setEntries(step, part, parse(SetTargetMetadata, { ...given, ...asked(part) }).entries),
    ),
  },
  delete_target_metadata: {
    ...ofTargets,
    count: dry(deleteTargetMetadata),
    work: changing((step, part, given) =>
      deleteEntries(step, part, parse(DeleteTargetMetadata, { ...given, ...asked(part) }).keys),
    ),
  },
  approve_targets: { ...ofPending, count: dry(approveTargets), work: changing(approveSelected) },
  reject_targets: {
    ...ofPending,
    count: dry(rejectTargets),
    work: telling((step, part) => rejectSelected(step, part)),
  },
  set_target_attributes: {
    ...ofTargets,
    count: dry(setTargetAttributes),
    work: changing((step, part, given) =>
      setAttributesOf(step, part, parse(SetTargetAttributes, { ...given, ...asked(part) })),
    ),
  },
  set_auto_confirm: {
    ...ofTargets,
    count: dry(setAutoConfirm),
    work: changing((step, part, given) =>
      setAutoConfirmOf(step, part, parse(SetAutoConfirm, { ...given, ...asked(part) })),
    ),
  },
  assign_distribution_set: {
    permissions: ['READ_DISTRIBUTION_SET', 'UPDATE_TARGET'],
    source: targetsBy('UPDATE_TARGET'),
    isAllOrNone: true,
    count: (context, { dryRun: _, ids, controllerIds, filter, ...given }) =>
      assignDistributionSet(context, {
        ...assignmentOf({ ids, controllerIds, filter }, given),
        dryRun: true,
      }),
    async work(step, part, given) {
      const { assignments, ...rest } = parse(AssignDistributionSet, assignmentOf(asked(part), given));
      const parts = assignments.map((assignment) => ({ ...assignment, among: part.among }));
      const { actions, alreadyAssigned } = await assignTo(step, { ...rest, assignments: parts });
      return {
        changed: actions.map(({ controllerId }) => controllerId),
        ids: actions.map(({ id }) => id),
        alreadyAssigned,
      };
    },
  },
  cancel_actions: {
    ...ofActions,
    count: (context, input) => dry(cancelActions)(context, { ...input, ...actionsOf(input) }),
    work: telling((step, part, given) =>
      cancelSelected(step, actionsOf(part), parse(CancelActions, { ...given, ...asked(part) }).force),
    ),
  },
  force_actions: {
    ...ofActions,
    count: (context, input) => dry(forceActions)(context, { ...input, ...actionsOf(input) }),
    work: telling((step, part) => forceSelected(step, actionsOf(part))),
  },
  confirm_actions: {
    ...ofActions,
    count: (context, input) => dry(confirmActions)(context, { ...input, ...actionsOf(input) }),
    work: telling((step, part, given) =>
      confirmSelected(step, actionsOf(part), parse(ConfirmActions, { ...given, ...asked(part) })),
    ),
  },
  delete_actions: {
    permissions: ['DELETE_TARGET'],
    source: actionsBy('DELETE_TARGET'),
    count: (context, input) => dry(deleteActions)(context, { ...input, ...actionsOf(input) }),
    work: telling((step, part) => removeSelected(step, actionsOf(part))),
  },
};

/** The input of an assignment to some targets; a stored one has its times as texts. */
function assignmentOf(
  selection: Selection,
  { distributionSetId, offline, ignoreTargetFilter, forcedAt, ...options }: Record<string, unknown>,
) {
  const time = typeof forcedAt === 'string' ? new Date(forcedAt) : forcedAt;
  const assignments = [{ ...options, forcedAt: time, ...selection }];
  return { distributionSetId, offline, ignoreTargetFilter, assignments } as AssignDistributionSet;
}

const asked = ({ ids, controllerIds, filter }: Part) => ({ ids, controllerIds, filter });
