import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { type FleetSummary as Summary, summarizeFleet } from '../../../services/fleet/targets/summary.ts';
import type { GraphqlContext } from '../server/context.ts';

@ObjectType({ simpleResolvers: true, description: 'The targets that the account may read, in numbers.' })
export class FleetSummary implements Summary {
  @Field(() => Int, { description: 'All targets.' })
  total!: number;

  @Field(() => Int, { description: 'Targets whose update status is UNKNOWN.' })
  unknown!: number;

  @Field(() => Int, { description: 'Targets whose update status is REGISTERED.' })
  registered!: number;

  @Field(() => Int, { description: 'Targets whose update status is PENDING.' })
  pending!: number;

  @Field(() => Int, { description: 'Targets whose update status is IN_SYNC.' })
  inSync!: number;

  @Field(() => Int, { description: 'Targets whose update status is ERROR.' })
  error!: number;

  @Field(() => Int, {
    description: 'Targets that polled once, but not within the polling interval and the overdue time.',
  })
  overdue!: number;

  @Field(() => Int, { description: 'Targets that never polled.' })
  neverSeen!: number;

  @Field(() => Int, { description: 'Targets registered within the last 24 hours.' })
  registeredLastDay!: number;

  @Field(() => Int, { description: 'Targets that signed in with a token of their own last.' })
  targetTokens!: number;

  @Field(() => Int, { description: 'Targets that signed in with a derived token last.' })
  derivedTokens!: number;

  @Field(() => Int, { description: 'Targets that signed in with the shared gateway token last.' })
  gatewayTokens!: number;

  @Field(() => Int, { description: 'Targets that signed in with a token of another enrollment group last.' })
  groupTokens!: number;

  @Field(() => Int, { description: 'Targets that signed in with a certificate last.' })
  certificates!: number;

  @Field(() => Int, {
    description: 'Targets that signed in last with a certificate that a proxy has checked.',
  })
  proxyCertificates!: number;

  @Field(() => Int, {
    description: 'Targets whose credential, the one they signed in with last, expires within 30 days.',
  })
  credentialsExpiring!: number;

  @Field(() => Int, {
    description: 'Targets whose credential, the one they signed in with last, has expired.',
  })
  credentialsExpired!: number;

  @Field(() => Int, {
    description:
      'Pending targets that wait for an approval; 0 with a filter, and for an account that may read only some targets.',
  })
  waitingForApproval!: number;
}

/** It goes through all targets once. */
const SUMMARY_COST = 1_000;

@Resolver(() => FleetSummary)
export class FleetResolver {
  @Query(() => FleetSummary, {
    description:
      'Counts the targets that the account may read by what operators look at first. Needs READ_TARGET.',
    complexity: SUMMARY_COST,
  })
  fleetSummary(
    @Arg('filter', () => String, { nullable: true, description: 'RSQL; without it all targets.' })
    filter: string | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<FleetSummary> {
    return summarizeFleet(context, filter);
  }
}
