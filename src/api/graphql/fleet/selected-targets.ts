import { Args, Ctx, Field, FieldResolver, InputType, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { listTargetsAmong } from '../../../services/fleet/targets/find.ts';
import { type BulkChange, changeTargets } from '../../../services/jobs/begin.ts';
import type { Job as Entity } from '../../../services/jobs/job.ts';
import type { Context } from '../../../services/shared/context.ts';
import { Job } from '../jobs/jobs.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { answer, userErrorsOf } from '../server/mutations.ts';
import { connection, listCost } from '../server/pagination.ts';
import { asPlaced, type Selection, selectionOf } from '../server/selections.ts';
import { TargetConnection, TargetsArgs, targetView } from './targets.ts';

const TargetSelection = selectionOf('Target', 'targets');

@InputType({ description: 'Which targets a mutation of many is for.' })
export abstract class SelectedTargetsInput {
  @Field(() => TargetSelection, { description: 'Which targets.' })
  targets!: Selection;

  @Field(() => Boolean, { defaultValue: false, description: 'Only says how many it would be.' })
  dryRun!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of many targets answers.' })
export abstract class AffectedTargetsPayload extends Payload {
  @Field(() => Int, {
    description:
      'How many targets are different now, or new, or would be after a dry run; those that were so already do not count.',
  })
  affectedCount!: number;
}

/** The payload of a mutation of many targets: how many it concerned, and what was wrong with the input. */
export const affectedTargets = (work: Promise<number>) =>
  answer(
    { affectedCount: 0 },
    work.then((affectedCount) => ({ affectedCount })),
  );

@ObjectType({
  simpleResolvers: true,
  description: 'What a mutation of targets that may become a job answers.',
})
export abstract class ChangedTargetsPayload extends AffectedTargetsPayload {
  /** The controllerIds of those that are different now, or new. */
  changed!: readonly string[];

  @Field(() => Job, {
    nullable: true,
    description:
      'Where a filter matches more than 1,000 targets: the job that changes them, and `affectedCount` is 0.',
  })
  job!: Job | null;
}

/** What a verb takes for that input: the selection isn't below a field of its own. */
export const selected = <I extends { targets: Selection }>({ targets, ...rest }: I) => ({
  ...rest,
  ...targets,
});

/** Where the input has what verbs call so. */
export const TARGETS_AT = {
  ids: ['targets', 'ids'],
  filter: ['targets', 'filter'],
  controllerIds: ['targets'],
};

type Refused = Omit<BulkChange, 'faults'> & { faults: unknown[] };

/** The payload of such a mutation. Of targets that are named some may be refused, and the others changed. */
export async function changedTargets(work: Promise<BulkChange>) {
  const { faults = [], ...done } = await work.catch(
    (error): Refused => ({ affectedCount: 0, changed: [], job: null, faults: [error] }),
  );
  return { ...done, userErrors: userErrorsOf(faults) };
}

/** Changes targets by the verb of a kind. */
export const changeSelected = (
  context: Context,
  kind: Entity['kind'],
  input: { targets: Selection; dryRun: boolean },
) => asPlaced(changedTargets(changeTargets(context, kind, selected(input))), TARGETS_AT);

@Resolver(() => ChangedTargetsPayload)
export class ChangedTargetsResolver {
  @FieldResolver(() => TargetConnection, {
    description: 'These targets as they are now; none of a dry run or a job. Needs READ_TARGET.',
    complexity: listCost,
  })
  async targets(
    @Root() { changed }: ChangedTargetsPayload,
    @Args(() => TargetsArgs) args: TargetsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listTargetsAmong(context, changed, args), targetView);
  }
}
