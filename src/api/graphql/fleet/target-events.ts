import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type {
  TargetEvent as Event,
  TargetEventType as EventType,
} from '../../../services/platform/live/events.ts';
import { watchSummary } from '../../../services/platform/live/watch-summary.ts';
import { watchTargets } from '../../../services/platform/live/watch-targets.ts';
import type { SubscriptionContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { FleetSummary } from './fleet.ts';
import { Target, type TargetView, targetView } from './targets.ts';

const TargetEventType = enumOf<EventType>('TargetEventType', 'What happened to a target.', {
  resync:
    'Read again what you show: events before this one may be missing, from now on none is. It names no target. It comes first. It comes again when more targets changed than can be named, when something changed that targets refer to (a tag that was renamed), and when the connection to the database was lost; at most once a second.',
  created: 'A new target that matches.',
  updated: 'It changed, and still matches.',
  entered: 'It changed, and matches now; before, it did not.',
  left: 'It changed, and no longer matches. If more than 100,000 targets match the filter, this event may also come for a target that never matched; an account that may read only some targets may then not get it.',
  deleted: 'It was deleted, and matched before; LEFT says what differs when very many targets match.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'What happened to a target. Several changes within milliseconds may be one event.',
})
class TargetEvent {
  @Field(() => TargetEventType, { description: 'What happened.' })
  type!: EventType;

  @Field(() => String, { nullable: true, description: 'The target; null for RESYNC only.' })
  controllerId!: string | null;

  @Field(() => Target, {
    nullable: true,
    description:
      'The target after the change; null if it is gone or may not be read. It is read only if you select it.',
  })
  target!: Target | null;
}

type SubscribeData<Args> = { args: Args; context: SubscriptionContext };

@Resolver(() => TargetEvent)
export class TargetEventResolver {
  @Subscription(() => TargetEvent, {
    description:
      'What happens to the targets that match the filter, in every process of the server. Each event has the state after the change. Polls are no changes, and what changes by time alone is not reported. Needs READ_TARGET, and reports only targets in its scope; when that scope changes, it starts again with RESYNC. It ends with FORBIDDEN when the account loses the permission, and with SUBSCRIBER_TOO_SLOW when more than 1,000 events wait to be read.',
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
      'Numbers of the targets that the account may read: at once, and again after each change, at most once a second. What polls and time change is checked every ten seconds. Needs READ_TARGET, and ends with FORBIDDEN when the account loses it.',
    subscribe: ({ context }: SubscribeData<object>) => watchSummary(context),
  })
  fleetSummaryChanged(@Root() summary: FleetSummary): FleetSummary {
    return summary;
  }
}
