import { GraphQLDateTime, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Args, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { type TimelineEntry as Entity, listTimeline } from '../../../services/deployments/timeline/list.ts';
import { EVENT_TYPES } from '../../../services/platform/audit/event-types.ts';
import { Target, type TargetView } from '../fleet/targets.ts';
import { ActorKind, Channel } from '../platform/audit-events.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost, WindowArgs } from '../server/pagination.ts';
import { ActionStatus } from './actions.ts';

const TimelineEntryType = enumOf<string>(
  'TimelineEntryType',
  'What happened to a target: the types of events in the audit trail, and of steps of its actions.',
  Object.fromEntries([
    ...Object.values(ActionStatus).map((status) => [
      `action.${status}`,
      'A step of an action, of that status.',
    ]),
    ...EVENT_TYPES.map((type) => [type, `Events of the type \`${type}\`.`]),
  ]),
);

@ObjectType({
  simpleResolvers: true,
  description: 'Something that happened to a target: a change, or a step of one of its actions.',
})
class TimelineEntry implements Omit<Entity, 'key'> {
  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => TimelineEntryType, {
    description: 'What happened, as in the audit trail; of a step what its `status` tells.',
  })
  type!: string;

  @Field(() => String, { nullable: true, description: 'Who did it; null for a step of an action.' })
  actor!: string | null;

  @Field(() => ActorKind, { nullable: true, description: 'What kind of caller that is.' })
  actorKind!: Entity['actorKind'];

  @Field(() => Channel, { nullable: true, description: 'By which way the call came.' })
  channel!: Entity['channel'];

  @Field(() => String, { nullable: true, description: 'The filter that chose the target, where one did.' })
  filter!: string | null;

  @Field(() => GraphQLSafeInt, { description: 'To how many targets it happened.' })
  count!: number;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'By field: its `old` and its `new` value.' })
  changes!: Entity['changes'];

  @Field(() => idOf('Action'), { nullable: true, description: 'The action of a step.' })
  actionId!: number | null;

  @Field(() => ActionStatus, { nullable: true, description: 'What a step tells.' })
  status!: Entity['status'];

  @Field(() => [String], { description: 'The messages of a step.' })
  messages!: string[];
}

const { Connection: TimelineConnection } = connectionTypes(
  'TimelineEntry',
  'what happened to a target',
  TimelineEntry,
);

/** It reads the audit trail for each target. */
const READING_COST = 500;

@Resolver(() => Target)
export class TimelineResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => TimelineConnection, {
    description:
      'What happened to it, the newest first: who created and changed it, also by a filter among others, and the steps of its actions. Changes need READ_AUDIT; without it there are the steps, and when it was created.',
    complexity: (options) => READING_COST + listCost(options),
  })
  async timeline(
    @Root() { controllerId }: TargetView,
    @Args(() => WindowArgs) request: WindowArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listTimeline(context, controllerId, request), (entry) => entry);
  }
}
