import { Arg, Field, ID, InputType, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { DomainError } from '../../../errors.ts';
import {
  type RolloutsProgress as ManyProgress,
  ROLLOUTS_AT_MOST,
} from '../../../services/platform/live/rollout-watchers.ts';
import type { RolloutProgress as Progress } from '../../../services/platform/live/rollouts-known.ts';
import { watchRollout } from '../../../services/platform/live/watch-rollout.ts';
import { watchRollouts } from '../../../services/platform/live/watch-rollouts.ts';
import type { SubscriptionContext } from '../server/context.ts';
import { globalId, idOf } from '../server/ids.ts';
import { OneOf } from '../server/selections.ts';
import { Rollout, RolloutTargetCounts } from './rollouts.ts';

@ObjectType({ simpleResolvers: true, description: 'How far a rollout is.' })
class RolloutProgress {
  @Field(() => Rollout, { description: 'The rollout as it is now.' })
  rollout!: Rollout;

  @Field(() => RolloutTargetCounts, {
    description: 'How far its targets are; counted once for all who watch it.',
  })
  targetCounts!: RolloutTargetCounts;
}

@OneOf()
@InputType({ description: 'Which rollouts: either some by their ids, or all that match.' })
class RolloutSelection {
  @Field(() => [idOf('Rollout')], {
    nullable: true,
    description: `Their ids, at most ${ROLLOUTS_AT_MOST}; all of them must be there.`,
  })
  ids?: number[];

  @Field(() => String, {
    nullable: true,
    description: `The newest ${ROLLOUTS_AT_MOST} rollouts that match this RSQL expression, for example \`status==running\`.`,
  })
  filter?: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Which of the watched rollouts are different from what was told before.',
})
class RolloutsProgress {
  @Field(() => [RolloutProgress], {
    description: 'Those that went on, and those that are new among them.',
    complexity: ({ childComplexity }) => ROLLOUTS_AT_MOST * childComplexity,
  })
  changed!: RolloutProgress[];

  @Field(() => [ID], { description: 'The ids of those that are gone, or no longer match the filter.' })
  removedIds!: string[];
}

/** The verb has the two ways where the argument has one. */
function refuseAt(error: unknown, { filter }: RolloutSelection): never {
  if (!(error instanceof DomainError) || error.code === 'FORBIDDEN') throw error;
  const way = filter === undefined ? 'ids' : 'filter';
  throw error.details.path ? error.within('rollouts') : error.within('rollouts', way);
}

@Resolver()
export class RolloutProgressResolver {
  @Subscription(() => RolloutProgress, {
    description:
      'How far a rollout is: at once, and whenever it went on, whichever process saw to it, once a second at the most. Completes when it finished, was stopped, denied or deleted. Needs READ_ROLLOUT, and ends with FORBIDDEN when the account loses that.',
    subscribe: ({ args, context }: { args: { id: number }; context: SubscriptionContext }) =>
      watchRollout(context, args.id),
  })
  rolloutProgress(
    @Root() progress: Progress,
    @Arg('id', () => idOf('Rollout'), { description: 'Which rollout.' }) _id: number,
  ): RolloutProgress {
    return progress;
  }

  @Subscription(() => RolloutsProgress, {
    description: `How far several rollouts are: at once all of them, then those that went on, once a second at the most. With a filter, rollouts that come to match are told of, too, and it goes on until it is closed. Needs READ_ROLLOUT, and ends with FORBIDDEN when the account loses that.`,
    subscribe: ({ args, context }: { args: { rollouts: RolloutSelection }; context: SubscriptionContext }) =>
      watchRollouts(context, args.rollouts).catch((error) => refuseAt(error, args.rollouts)),
  })
  rolloutsProgress(
    @Root() { changed, removedIds }: ManyProgress,
    @Arg('rollouts', () => RolloutSelection, { description: 'Which rollouts.' }) _rollouts: RolloutSelection,
  ): RolloutsProgress {
    return { changed, removedIds: removedIds.map((id) => globalId('Rollout', id)) };
  }
}
