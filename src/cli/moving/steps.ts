import { moveActions } from './actions.ts';
import { artifactKind } from './artifacts.ts';
import { CONFIGURATION } from './configuration.ts';
import { autoAssignmentKind, filterAssignmentKind, TARGET_FILTERS } from './filters.ts';
import type { Kind, Known } from './kind.ts';
import { INSTALLED_SETS, moveMembers, TAGGED_TARGETS, tellTargetsOfMusterAlone } from './members.ts';
import { MODULE_STATES, SOFTWARE_MODULES } from './modules.ts';
import { type Move, moveKind } from './move.ts';
import { rolloutKind } from './rollouts.ts';
import { TAGGED_SETS } from './set-tags.ts';
import { DISTRIBUTION_SETS, SET_STATES } from './sets.ts';
import { SET_TAGS, TARGET_TAGS } from './tags.ts';
import { moveTargets, TARGETS } from './targets.ts';
import { MODULE_TYPES, SET_TYPES, TARGET_TYPES } from './types.ts';

/** What is to be brought over beyond what always is. */
export interface Choice {
  /** Open actions are assigned again. */
  actions: boolean;
  /** Auto-assignments that assign in hawkBit do so in Muster at once. */
  startAutoAssignments: boolean;
  /** Also rollouts that are over. */
  allRollouts: boolean;
}

interface Step {
  what: string;
  run(move: Move): Promise<void>;
}

const ofKind = (kind: Kind): Step => ({ what: kind.what, run: (move) => moveKind(move, kind) });

/** All steps, each after what it refers to. */
function stepsOf(hawkbit: Known, choice: Choice): Step[] {
  const start = choice.startAutoAssignments;
  return [
    ...[MODULE_TYPES, SET_TYPES, TARGET_TYPES, CONFIGURATION, TARGET_TAGS, SET_TAGS].map(ofKind),
    ...[SOFTWARE_MODULES, artifactKind(hawkbit), DISTRIBUTION_SETS, TAGGED_SETS].map(ofKind),
    {
      what: TARGETS,
      async run(move) {
        await moveTargets(move);
        const { same, changed } = move.report.tally(TARGETS);
        if (move.mode === 'verify') await tellTargetsOfMusterAlone(move, same + changed);
      },
    },
    { what: TAGGED_TARGETS.what, run: (move) => moveMembers(move, TAGGED_TARGETS) },
    { what: INSTALLED_SETS.what, run: (move) => moveMembers(move, INSTALLED_SETS) },
    ...[TARGET_FILTERS, filterAssignmentKind({ start }), autoAssignmentKind({ start })].map(ofKind),
    ofKind(rolloutKind({ all: choice.allRollouts })),
    ...(choice.actions ? [{ what: 'open actions', run: moveActions }] : []),
    ...[MODULE_STATES, SET_STATES].map(ofKind),
  ];
}

/** Goes all steps that are not yet done. */
export async function moveAll(move: Move, choice: Choice): Promise<void> {
  const { memory, report } = move;
  for (const { what, run } of stepsOf(move.hawkbit, choice)) {
    if (memory.isDone(what)) continue;
    await run(move);
    await memory.done(what, report.tallies());
  }
  await memory.forget();
}
