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
import { type ChangedTargets, TagChoice } from '../fleet/target-tags/choice.ts';
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

export interface Affected {
  /** How many are different now, or would be after a dry run. */
  affectedCount: number;
  faults: DomainError[];
}

/** A part of what matches a filter. */
interface Part {
  filter: string;
  among: readonly number[];
}

/** A verb that a job can run in parts. */
interface JobKind {
  /** Required of the job's creator at each batch. */
  permission: Permission;
  source: MatchSource;
  /** The verb, which does all at once. */
  verb: (context: Context, input: never) => Promise<Affected>;
  /** Its work on a part, with what it takes beside the filter. */
  work: (step: Step, part: Part, parameters: Record<string, unknown>) => Promise<number>;
}

const counting =
  <I>(verb: (context: Context, input: I) => Promise<number>) =>
  async (context: Context, input: I): Promise<Affected> => ({
    affectedCount: await verb(context, input),
    faults: [],
  });

const ofTargets = { permission: 'UPDATE_TARGET', source: targetsBy('UPDATE_TARGET') } as const;
const ofPending = { permission: 'CREATE_TARGET', source: PENDING_TARGETS } as const;
const countOf = async (changed: Promise<ChangedTargets>) => (await changed).affectedCount;

export const KINDS: Record<JobKindName, JobKind> = {
  delete_targets: {
    permission: 'DELETE_TARGET',
    source: targetsBy('DELETE_TARGET'),
    verb: counting(deleteTargets),
    work: deleteSelected,
  },
  rotate_target_tokens: {
    ...ofTargets,
    verb: counting(rotateTargetTokens),
    work: (step, part, given) =>
      rotateTokensOf(step, part, parse(RotateTargetTokens, { ...given, ...asked(part) }).overlapSeconds),
  },
  assign_target_type: {
    ...ofTargets,
    verb: counting(assignTargetType),
    work: (step, part, given) =>
      assignTypeTo(step, part, parse(AssignTargetType, { ...given, ...asked(part) }).targetTypeId),
  },
  assign_target_group: {
    ...ofTargets,
    verb: counting(assignTargetGroup),
    work: (step, part, given) =>
      putIntoGroup(step, part, parse(AssignTargetGroup, { ...given, ...asked(part) }).group),
  },
  assign_target_tags: {
    ...ofTargets,
    verb: assignTargetTags,
    work: (step, part, given) =>
      countOf(assignTags(step, { ...parse(TagChoice, { ...given, ...asked(part) }), ...part })),
  },
  unassign_target_tags: {
    ...ofTargets,
    verb: unassignTargetTags,
    work: (step, part, given) =>
      countOf(unassignTags(step, { ...parse(TagChoice, { ...given, ...asked(part) }), ...part })),
  },
  set_target_metadata: {
    ...ofTargets,
    verb: counting(setTargetMetadata),
    work: (step, part, given) =>
      setEntries(step, part, parse(SetTargetMetadata, { ...given, ...asked(part) }).entries),
  },
  delete_target_metadata: {
    ...ofTargets,
    verb: counting(deleteTargetMetadata),
    work: (step, part, given) =>
      deleteEntries(step, part, parse(DeleteTargetMetadata, { ...given, ...asked(part) }).keys),
  },
  approve_targets: { ...ofPending, verb: counting(approveTargets), work: approveSelected },
  reject_targets: { ...ofPending, verb: counting(rejectTargets), work: rejectSelected },
};

const asked = ({ filter }: Part) => ({ filter });
