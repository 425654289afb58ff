import { GraphQLDateTime } from 'graphql-scalars';
import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { countTargetsOfRollouts, type TargetCounts } from '../../../services/deployments/rollouts/counts.ts';
import type { RolloutOrderField as OrderField } from '../../../services/deployments/rollouts/fields.ts';
import { findRollouts } from '../../../services/deployments/rollouts/find.ts';
import { listRollouts } from '../../../services/deployments/rollouts/list.ts';
import type { Rollout as Entity } from '../../../services/deployments/rollouts/rollout.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgsWithDeleted } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { loaderOfFound } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { DistributionSet, loadDistributionSet } from '../software/distribution-sets.ts';
import { Action, ForceType } from './actions.ts';

export const RolloutStatus = enumOf<Entity['status']>('RolloutStatus', 'What a rollout is in.', {
  creating: 'Targets are put into its groups.',
  waiting_for_approval: 'Somebody must approve it first.',
  approval_denied: 'It was not approved and never starts.',
  ready: 'It can be started.',
  starting: 'It is starting: its targets get their actions.',
  running: 'Its groups go on, one after the other.',
  paused: 'No further group starts; running actions continue.',
  finished: 'All of its groups are done.',
  stopping: 'What runs of it is being canceled.',
  stopped: 'It was ended before it was done.',
  deleting: 'It is being deleted.',
  deleted: 'It was deleted after it had started.',
});

@ObjectType({ simpleResolvers: true, description: 'How many targets of a rollout, or a group, are how far.' })
export class RolloutTargetCounts implements TargetCounts {
  @Field(() => Int, { description: 'Nothing is planned for them yet, or any more.' })
  notStarted!: number;

  @Field(() => Int, { description: 'Their group has not started yet.' })
  scheduled!: number;

  @Field(() => Int, { description: 'They are to install, or do so.' })
  running!: number;

  @Field(() => Int, {
    description: 'They have the set; of a download-only rollout: they have downloaded it.',
  })
  finished!: number;

  @Field(() => Int, { description: 'It failed on them.' })
  failed!: number;

  @Field(() => Int, { description: 'It was canceled on them, or something newer came in between.' })
  canceled!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A distribution set for all targets that match a filter, group after group.',
})
export class Rollout extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => String, { description: 'The RSQL expression that its targets match, as it was written.' })
  filter!: string;

  @Field(() => RolloutStatus, { description: 'Its status.' })
  status!: Entity['status'];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it starts by itself; null if somebody has to start it.',
  })
  startAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it began to start; null before.',
  })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it ended: it finished, was stopped or denied, or was deleted before; null until then.',
  })
  finishedAt!: Date | null;

  @Field(() => ForceType, { description: 'How devices are to take the update.' })
  forceType!: Entity['forceType'];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'From when on it is forced, where it is TIME_FORCED.',
  })
  forcedAt!: Date | null;

  @Field(() => Int, { description: 'The weight of its actions, from 0 to 1000.' })
  weight!: number;

  @Field(() => Boolean, { description: 'Whether targets that appear later are taken in.' })
  dynamic!: boolean;

  @Field(() => Boolean, {
    description: 'Whether it also reaches targets that do not match the `targetFilter` of the set.',
  })
  ignoreTargetFilter!: boolean;

  @Field(() => Int, { description: 'How many targets it has.' })
  totalTargets!: number;

  @Field(() => Int, { description: 'How many groups it has.' })
  totalGroups!: number;

  @Field(() => String, { nullable: true, description: 'Who approved or denied it; null where nobody did.' })
  approvalDecidedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'The remark on the decision.' })
  approvalRemark!: string | null;

  @Field(() => Boolean, { description: 'Whether it was deleted after it had started.' })
  deleted!: boolean;
}

@ArgsType()
class RolloutsArgs extends orderedArgsWithDeleted<OrderField>('Rollout', 'rollouts', {
  ...AUTHORED_ORDER,
  name: 'By the name.',
  description: 'By the description.',
  status: 'By the status, alphabetically.',
  startedAt: 'By when it began to start.',
  finishedAt: 'By when it ended.',
}) {}

const { Connection: RolloutConnection } = connectionTypes('Rollout', 'rollouts', Rollout);

/** It counts all actions of a rollout, or a group. */
export const COUNTING_COST = 100;

const countTargets = loaderOfFound(countTargetsOfRollouts);
const loadRollout = loaderOfFound(findRollouts);

lookup('Rollout', Rollout, { needs: 'READ_ROLLOUT', find: findRollouts });

@Resolver(() => Rollout)
export class RolloutResolver {
  @Query(() => RolloutConnection, {
    description:
      'Lists rollouts. Filters may ask for `id`, `name`, `description`, `status`, `startedAt`, `finishedAt`, `distributionSet.id`, `distributionSet.name`, `distributionSet.version`, `distributionSet.type` and times and authors. Needs READ_ROLLOUT.',
    complexity: listCost,
  })
  async rollouts(
    @Args(() => RolloutsArgs) { softDeleted, ...request }: RolloutsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listRollouts(context, request, softDeleted), (rollout) => rollout);
  }

  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => DistributionSet, {
    nullable: true,
    description: 'What it rolls out.',
  })
  distributionSet(
    @Root() { distributionSet }: Entity,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSet | null> {
    return loadDistributionSet(context, distributionSet.id);
  }

  @Needs('READ_ROLLOUT')
  @FieldResolver(() => RolloutTargetCounts, {
    nullable: true,
    description: 'How far its targets are.',
    complexity: COUNTING_COST,
  })
  targetCounts(@Root() rollout: Entity, @Ctx() context: GraphqlContext): Promise<RolloutTargetCounts | null> {
    return countTargets(context, rollout);
  }
}

@Resolver(() => Action)
export class ActionRolloutResolver {
  @Needs('READ_ROLLOUT')
  @FieldResolver(() => Rollout, {
    nullable: true,
    description: 'The rollout that it is a part of; null where it is of none.',
  })
  async rollout(
    @Root() { rollout }: { rollout: { id: number } | null },
    @Ctx() context: GraphqlContext,
  ): Promise<Rollout | null> {
    return rollout && loadRollout(context, rollout.id);
  }
}
