import { Arg, Field, ID, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { RolloutProgress as Progress } from '../../../services/platform/live/rollout-watchers.ts';
import { watchRollout } from '../../../services/platform/live/watch-rollout.ts';
import type { SubscriptionContext } from '../server/context.ts';
import { toId } from '../server/ids.ts';
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
    subscribe: ({ args, context }: { args: { id: string }; context: SubscriptionContext }) =>
      watchRollout(context, toId(args.id)),
  })
  rolloutProgress(
    @Root() progress: Progress,
    @Arg('id', () => ID, { description: 'Which rollout.' }) _id: string,
  ): RolloutProgress {
    return progress;
  }
}
