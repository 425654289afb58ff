import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type {
  TargetEvent as Event,
  TargetEventType as EventType,
} from '../../../services/platform/live/events.ts';
import type { Live } from '../../../services/platform/live/live.ts';
import { watchSummary } from '../../../services/platform/live/watch-summary.ts';
import { watchTargets } from '../../../services/platform/live/watch-targets.ts';
import { FleetSummary } from '../fleet/fleet.ts';
import { Target, type TargetView, targetView } from '../fleet/targets.ts';
import type { GraphqlContext } from './context.ts';
import { enumOf } from './enums.ts';

/** What resolvers of subscriptions get. */
export interface SubscriptionContext extends GraphqlContext {
  live: Live;
}

const TargetEventType = enumOf<EventType>('TargetEventType', 'What happened to a target.', {
  resync:
    'From now on nothing is missed, but before it may have been: read again what you show. It names no target. It comes first, and again after changes of more targets than are named (or of what targets refer to, as a tag that was renamed) and after a lost connection to the database; at most once a second.',
  created: 'It is new, and matches.',
  updated: 'It was changed, and matches as before.',
  entered: 'It was changed, and matches now; before it did not.',
  left: 'It was changed, and does not match any more. Where more than 100,000 targets match a filter, it may also come for a target that never did; to an account that may read some targets only it may then fail to come.',
  deleted: 'It is gone; it matched, but for what LEFT says of many.',
});

@ObjectType({
  simpleResolvers: true,
  description:
    'What happened to a target, as it was found after the change: several changes within milliseconds may be one event.',
})
class TargetEvent {
  @Field(() => TargetEventType, { description: 'What happened.' })
  type!: EventType;

  @Field(() => String, { nullable: true, description: 'The target; null for RESYNC only.' })
  controllerId!: string | null;

  @Field(() => Target, {
    nullable: true,
    description:
      'The target after the change; null where it is gone or may not be read. It is read only where it is asked for.',
  })
  target!: Target | null;
}

type SubscribeData<Args> = { args: Args; context: SubscriptionContext };

@Resolver(() => TargetEvent)
export class SubscriptionResolver {
  @Subscription(() => TargetEvent, {
    description:
      'Tells what happens to the targets that match the filter, in their state after each change, whichever process changed them. Polls are no changes, and what time alone changes is not told. Needs READ_TARGET, and tells of what that reaches only: after a change of it, it begins anew with RESYNC. It ends with FORBIDDEN when the account loses the permission, and with SUBSCRIBER_TOO_SLOW when more than 1,000 events wait to be read.',
    subscribe: ({ args, context }: SubscribeData<{ filter?: string | null }>) => watchTargets(context, args),
  })
  targetEvents(
    @Root() event: Event,
    @Arg('filter', () => String, { nullable: true, description: 'RSQL; without it all targets.' })
    _filter: string | null | undefined,
  ): Event {
    return event;
  }

  @FieldResolver(() => Target, { nullable: true })
  async target(@Root() event: Event, @Ctx() context: SubscriptionContext): Promise<TargetView | null> {
    const target = await event.target(context);
    return target && targetView(target);
  }

  @Subscription(() => FleetSummary, {
    description:
      'The targets that the account may read in numbers: at once, and whenever they changed, once a second at the most; what polls and time change is looked for every ten seconds. Needs READ_TARGET, and ends with FORBIDDEN when the account loses that.',
    subscribe: ({ context }: SubscribeData<object>) => watchSummary(context),
  })
  fleetSummaryChanged(@Root() summary: FleetSummary): FleetSummary {
    return summary;
  }
}
