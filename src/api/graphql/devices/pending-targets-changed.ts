import { Field, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { PendingTargetCounts as Counts } from '../../../services/devices/pending-targets/count.ts';
import { watchPendingTargets } from '../../../services/platform/live/watch-pending-targets.ts';
import type { SubscriptionContext } from '../server/context.ts';

@ObjectType({ simpleResolvers: true, description: 'How many devices need an approval.' })
class PendingTargetCounts {
  @Field(() => Int, { description: 'How many wait for it.' })
  pending!: number;

  @Field(() => Int, { description: 'How many were rejected.' })
  rejected!: number;
}

@Resolver()
export class PendingTargetsChangedResolver {
  @Subscription(() => PendingTargetCounts, {
    description:
      'How many devices need an approval: at once, and again whenever others do than before, even if they are as many, at most once a second. Read again what you show of `pendingTargets`. Needs READ_TARGET; with a scope there are none. It ends with FORBIDDEN when the account loses the permission.',
    subscribe: ({ context }: { context: SubscriptionContext }) => watchPendingTargets(context),
  })
  pendingTargetsChanged(@Root() counts: Counts): PendingTargetCounts {
    return counts;
  }
}
