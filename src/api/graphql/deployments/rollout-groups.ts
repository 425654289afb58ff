import { GraphQLDateTime } from 'graphql-scalars';
import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { countTargetsOfGroups } from '../../../services/deployments/rollouts/counts.ts';
import type { RolloutGroupOrderField as OrderField } from '../../../services/deployments/rollouts/fields.ts';
import { findRolloutGroups } from '../../../services/deployments/rollouts/find.ts';
import type { RolloutGroup as Entity } from '../../../services/deployments/rollouts/group.ts';
import {
  listGroupsOfEachRollout,
  listTargetsOfEachGroup,
} from '../../../services/deployments/rollouts/list-of-each.ts';
import { TargetConnection, TargetsArgs, targetView } from '../fleet/targets.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { loaderOfFound, loaderOfPages } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { COUNTING_COST, Rollout, RolloutTargetCounts } from './rollouts.ts';

const RolloutGroupStatus = enumOf<Entity['status']>(
  'RolloutGroupStatus',
  'What a group of a rollout is in.',
  {
    creating: 'Targets are put into it.',
    ready: 'It has its targets.',
    scheduled: 'It starts when the groups before it are done.',
    running: 'Its targets are to install.',
    finished: 'It is done.',
    error: 'It failed on too many of its targets.',
  },
);

export const RolloutSuccessAction = enumOf<Entity['successAction']>(
  'RolloutSuccessAction',
  'What happens when enough targets of a group are done.',
  { NEXTGROUP: 'The next group starts.', PAUSE: 'The rollout pauses until somebody resumes it.' },
);

@ObjectType({ simpleResolvers: true, description: 'A part of the targets of a rollout.' })
export class RolloutGroup extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name, unique in the rollout.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => RolloutGroupStatus, { description: 'What it is in.' })
  status!: Entity['status'];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When its devices were first told; null before, and if there was none to tell.',
  })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was done, or had failed on too many of its targets; null until then.',
  })
  finishedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: "RSQL: which of the rollout's targets; null where any.",
  })
  filter!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How many percent of those that match it takes; null of a dynamic one.',
  })
  percentage!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many targets it takes before the next group starts, if it is dynamic; otherwise null.',
  })
  targetCount!: number | null;

  @Field(() => Boolean, { description: 'Whether it takes in targets that appear later.' })
  dynamic!: boolean;

  @Field(() => Boolean, { description: 'Whether devices are asked before, where the tenant asks.' })
  confirmationRequired!: boolean;

  @Field(() => Int, { description: 'When so many percent of its targets are done, `successAction` happens.' })
  successThreshold!: number;

  @Field(() => RolloutSuccessAction, { description: 'What then happens.' })
  successAction!: Entity['successAction'];

  @Field(() => Int, { description: 'When it failed on more percent of its targets, the rollout pauses.' })
  errorThreshold!: number;

  @Field(() => Int, { description: 'How many targets it has.' })
  totalTargets!: number;
}

@ArgsType()
class RolloutGroupsArgs extends orderedArgs<OrderField>(
  'RolloutGroup',
  'groups of a rollout',
  {
    ...AUTHORED_ORDER,
    name: 'By the name.',
    description: 'By the description.',
    status: 'By the status, alphabetically.',
    startedAt: 'By when it started.',
    finishedAt: 'By when it was done.',
  },
  'in the order in which they start',
) {}

const { Connection: RolloutGroupConnection } = connectionTypes(
  'RolloutGroup',
  'groups of a rollout',
  RolloutGroup,
);

const loadGroups = loaderOfPages(listGroupsOfEachRollout);
const countTargets = loaderOfFound(countTargetsOfGroups);
const loadTargets = loaderOfPages(listTargetsOfEachGroup);

const groupView = ({ percentage, filter, ...group }: Entity): RolloutGroup => ({
  ...group,
  filter: filter || null,
  percentage: group.dynamic ? null : percentage,
  targetCount: group.dynamic ? percentage : null,
});

lookup('RolloutGroup', RolloutGroup, { needs: 'READ_ROLLOUT', find: findRolloutGroups, view: groupView });

@Resolver(() => Rollout)
export class RolloutGroupsResolver {
  @Needs('READ_ROLLOUT')
  @FieldResolver(() => RolloutGroupConnection, { description: 'Its groups.', complexity: listCost })
  async groups(
    @Root() { id }: Rollout,
    @Args(() => RolloutGroupsArgs) request: RolloutGroupsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadGroups(context, { id, request }), groupView);
  }
}

@Resolver(() => RolloutGroup)
export class RolloutGroupResolver {
  @Needs('READ_ROLLOUT')
  @FieldResolver(() => RolloutTargetCounts, {
    nullable: true,
    description: 'How far its targets are.',
    complexity: COUNTING_COST,
  })
  targetCounts(@Root() group: Entity, @Ctx() context: GraphqlContext): Promise<RolloutTargetCounts | null> {
    return countTargets(context, group);
  }

  @Needs('READ_TARGET')
  @FieldResolver(() => TargetConnection, {
    description: 'The targets in it.',
    complexity: listCost,
  })
  async targets(
    @Root() { id }: Entity,
    @Args(() => TargetsArgs) request: TargetsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadTargets(context, { id, request }), targetView);
  }
}
