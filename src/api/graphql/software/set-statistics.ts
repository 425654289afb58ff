import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import {
  findSetStatistics,
  type SetStatistics,
} from '../../../services/software/distribution-sets/statistics.ts';
import { ActionStatus } from '../deployments/actions.ts';
import { RolloutStatus } from '../deployments/rollouts.ts';
import type { GraphqlContext } from '../server/context.ts';
import { loaderOf } from '../server/loaders.ts';
import { Needs } from '../server/needs.ts';
import { DistributionSet } from './distribution-sets.ts';

@ObjectType({ simpleResolvers: true, description: 'How many actions are in a status.' })
class ActionCount {
  @Field(() => ActionStatus, { description: 'Which status.' })
  status!: SetStatistics['actions'][number]['status'];

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: 'How many rollouts are in a status.' })
class RolloutCount {
  @Field(() => RolloutStatus, { description: 'Which status.' })
  status!: SetStatistics['rollouts'][number]['status'];

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: 'What is done with a distribution set, in numbers.' })
class DistributionSetStatistics {
  @Field(() => [ActionCount], {
    description:
      'Its actions on targets that the caller may read, by status; a status without any is not there.',
  })
  actions!: ActionCount[];

  @Field(() => [RolloutCount], { description: 'Its rollouts by status, but for deleted ones.' })
  rollouts!: RolloutCount[];

  @Field(() => Int, { description: 'How many auto-assignments assign it.' })
  autoAssignments!: number;
}

/** It counts all actions of a set. */
const COUNTING_COST = 100;

const loadStatistics = loaderOf(findSetStatistics);

@Resolver(() => DistributionSet)
export class SetStatisticsResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => DistributionSetStatistics, {
    description: 'What is done with it, in numbers.',
    complexity: COUNTING_COST,
  })
  statistics(
    @Root() { id }: DistributionSet,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetStatistics> {
    return loadStatistics(context, id);
  }
}
