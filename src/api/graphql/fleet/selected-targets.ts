import { Args, Ctx, Field, FieldResolver, InputType, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { listTargetsAmong } from '../../../services/fleet/targets/find.ts';
import { changeMany } from '../../../services/jobs/begin.ts';
import type { Job as Entity } from '../../../services/jobs/job.ts';
import type { Context } from '../../../services/shared/context.ts';
import { changedMany, JobPayload } from '../jobs/payloads.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Needs } from '../server/needs.ts';
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

@ObjectType({
  simpleResolvers: true,
  description: 'What a mutation of targets that may become a job answers.',
})
export abstract class ChangedTargetsPayload extends JobPayload {
  /** The controllerIds of those that are different now, or new. */
  changed!: readonly string[];

  @Field(() => Int, {
    description:
      'How many targets are different now, or new, or would be after a dry run; those that were so already do not count. 0 where a job does it.',
  })
  affectedCount!: number;
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

/** Changes targets by the verb of a kind. */
export const changeSelected = (
  context: Context,
  kind: Entity['kind'],
  input: { targets: Selection; dryRun: boolean },
) => asPlaced(changedMany(changeMany(context, kind, selected(input))), TARGETS_AT);

@Resolver(() => ChangedTargetsPayload)
export class ChangedTargetsResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => TargetConnection, {
    description: 'These targets as they are now; none of a dry run or a job.',
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
