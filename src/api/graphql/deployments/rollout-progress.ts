import { Arg, Field, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { RolloutProgress as Progress } from '../../../services/platform/live/rollout-watchers.ts';
import { watchRollout } from '../../../services/platform/live/watch-rollout.ts';
import type { SubscriptionContext } from '../server/context.ts';
import { idOf } from '../server/ids.ts';
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
}
