import type { JobKindName } from '../../database/tables/jobs.ts';
import type { DomainError } from '../../errors.ts';
import type { Permission } from '../access/grants.ts';
import { approveSelected, approveTargets } from '../devices/pending-targets/approve.ts';
import { rejectSelected, rejectTargets } from '../devices/pending-targets/reject.ts';
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
import type { Step } from '../shared/change.ts';
import type { Context } from '../shared/context.ts';
import { parse } from '../shared/parse.ts';
import type { Selection } from '../shared/selection.ts';
import { type MatchSource, PENDING_TARGETS, targetsBy } from './matches.ts';

/** What the verbs take: some targets, and what is to become of them. */
export interface BulkInput extends Omit<Selection, 'among'> {
  dryRun?: boolean | null | undefined;
}

/** What became of those that were chosen. */
export interface Done {
  /** The controllerIds of those that are different now. */
  changed: readonly string[];
  /** The ids of things that a deletion or a decision ended. */
  ids?: readonly number[];
  /** What was wrong with some, where the others were changed. */
  faults?: DomainError[];
}

/** Which a verb is for: all that were chosen, or a part of what matches a filter. */
type Part = Selection;

/** A verb that a job can run in parts. */
interface JobKind {
  /** Required of the job's creator at each batch. */
  permission: Permission;
  source: MatchSource;
  /** Checks the verb's input, and counts how many would be changed. */
  count: (context: Context, input: BulkInput) => Promise<number>;
  /** Its work, with what it takes beside the choice. */
  work: (step: Step, part: Part, parameters: Record<string, unknown>) => Promise<Done>;
}

type Verb = (context: Context, input: never) => Promise<number | { affectedCount: number }>;

/** Counts with a verb that can do so. */
const dry =
  (verb: Verb): JobKind['count'] =>
  async (context, input) => {
    const counted = await verb(context, { ...input, dryRun: true } as never);
    return typeof counted === 'number' ? counted : counted.affectedCount;
  };

type Work = (step: Step, part: Part, parameters: Record<string, unknown>) => Promise<string[]>;

const changing =
  (work: Work): JobKind['work'] =>
  async (...given) => ({ changed: await work(...given) });

/** For work that ends things, and answers with them. */
const ending =
  (work: (step: Step, part: Part) => Promise<{ id: number; controllerId: string }[]>): JobKind['work'] =>
  async (step, part) => {
    const ended = await work(step, part);
    return { changed: ended.map(({ controllerId }) => controllerId), ids: ended.map(({ id }) => id) };
  };

const ofTargets = { permission: 'UPDATE_TARGET', source: targetsBy('UPDATE_TARGET') } as const;
const ofPending = { permission: 'CREATE_TARGET', source: PENDING_TARGETS } as const;

export const KINDS: Record<JobKindName, JobKind> = {
  delete_targets: {
    permission: 'DELETE_TARGET',
    source: targetsBy('DELETE_TARGET'),
    count: dry(deleteTargets),
    work: ending(deleteSelected),
  },
  rotate_target_tokens: {
    ...ofTargets,
    count: dry(rotateTargetTokens),
    work: changing((step, part, given) =>
      rotateTokensOf(step, part, parse(RotateTargetTokens, { ...given, ...asked(part) }).overlapSeconds),
    ),
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
  reject_targets: { ...ofPending, count: dry(rejectTargets), work: ending(rejectSelected) },
};

const asked = ({ ids, controllerIds, filter }: Part) => ({ ids, controllerIds, filter });
