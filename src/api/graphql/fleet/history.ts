import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Args, ArgsType, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import {
  type HistoryInterval as Interval,
  MOST_POINTS,
  type FleetHistoryPoint as Point,
  readFleetHistory,
} from '../../../services/fleet/history/read.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';

const HistoryInterval = enumOf<Interval>('HistoryInterval', 'How long each point of a history is.', {
  fiveMinutes: 'Five minutes; what is older than two days is known by the hour only.',
  hour: 'An hour.',
  day: 'A day in UTC.',
});

@ObjectType({ simpleResolvers: true, description: 'What happened in the fleet in a stretch of time.' })
class FleetHistoryPoint implements Point {
  @Field(() => GraphQLDateTime, { description: 'When it begins.' })
  at!: Date;

  @Field(() => Int, { description: 'Targets that were created.' })
  registered!: number;

  @Field(() => GraphQLSafeInt, {
    description: 'Polls of devices. A crash of the server loses those of the last minute.',
  })
  polls!: number;

  @Field(() => Int, { description: 'Updates that finished.' })
  finished!: number;

  @Field(() => Int, { description: 'Updates that failed.' })
  failed!: number;

  @Field(() => Int, { nullable: true, description: 'Targets at its end; null where they were not counted.' })
  total!: number | null;

  @Field(() => Int, { nullable: true, description: 'Those of them whose update status was IN_SYNC.' })
  inSync!: number | null;

  @Field(() => Int, { nullable: true, description: 'Those of them whose update status was PENDING.' })
  pending!: number | null;

  @Field(() => Int, { nullable: true, description: 'Those of them whose update status was ERROR.' })
  error!: number | null;
}

@ArgsType()
class FleetHistoryArgs {
  @Field(() => GraphQLDateTime, { description: 'From when; the first point is the one that has it.' })
  from!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when. Default: now.' })
  to?: Date | null;

  @Field(() => HistoryInterval, { description: 'How long each point is.' })
  interval!: Interval;
}

/** About as many fields as half of the points may have. */
const HISTORY_COST = 2_000;

@Resolver()
export class FleetHistoryResolver {
  @Query(() => [FleetHistoryPoint], {
    description: `What happened in the fleet over time, at most ${MOST_POINTS} points. It is written every five minutes, counts what happened since then, and is kept as long as \`fleet.history.retention.days\` says. Needs READ_TARGET without a filter: an account that may read only some targets gets FORBIDDEN.`,
    complexity: HISTORY_COST,
  })
  fleetHistory(
    @Args(() => FleetHistoryArgs) args: FleetHistoryArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<FleetHistoryPoint[]> {
    return readFleetHistory(context, args);
  }
}
