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
import type { AutoAssignment as Entity } from '../../../services/deployments/auto-assignments/auto-assignment.ts';
import type { AutoAssignmentOrderField as OrderField } from '../../../services/deployments/auto-assignments/fields.ts';
import {
  findAutoAssignments,
  findAutoAssignmentsOfFilters,
} from '../../../services/deployments/auto-assignments/find.ts';
import { listAutoAssignments } from '../../../services/deployments/auto-assignments/list.ts';
import { TargetFilter } from '../fleet/target-filters.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { loaderOfFound } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { DistributionSet, loadDistributionSet } from '../software/distribution-sets.ts';
import { ForceType } from './actions.ts';

const AutoAssignmentStatus = enumOf<Entity['status']>(
  'AutoAssignmentStatus',
  'What an auto-assignment is in.',
  {
    waiting_for_approval: 'Somebody must approve it first.',
    approval_denied: 'It was not approved and never starts.',
    ready: 'It starts at its start time.',
    running: 'It assigns to what matches.',
    paused: 'It assigns nothing until somebody resumes it.',
  },
);

@ObjectType({
  simpleResolvers: true,
  description: 'A distribution set for all targets that match a filter, be it now or later.',
})
export class AutoAssignment extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => String, { description: 'The RSQL expression that its targets match, as it was written.' })
  filter!: string;

  @Field(() => AutoAssignmentStatus, { description: 'What it is in.' })
  status!: Entity['status'];

  @Field(() => ForceType, { description: 'How devices are to take the update; never TIME_FORCED.' })
  forceType!: Entity['forceType'];

  @Field(() => Int, { description: 'The weight of its actions, from 0 to 1000.' })
  weight!: number;

  @Field(() => Boolean, { description: 'Whether devices are asked before, where the tenant asks.' })
  confirmationRequired!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it starts by itself; null for as soon as possible.',
  })
  startAt!: Date | null;

  @Field(() => Boolean, {
    description: 'Whether it also reaches targets that do not match the `targetFilter` of the set.',
  })
  ignoreTargetFilter!: boolean;

  @Field(() => String, { nullable: true, description: 'Who approved or denied it; null where nobody did.' })
  approvalDecidedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'The remark on the decision.' })
  approvalRemark!: string | null;

  @Field(() => String, {
    description:
      'The account it acts for. It assigns only to targets that this account could change when it set this up.',
  })
  initiatedBy!: string;
}

@ArgsType()
class AutoAssignmentsArgs extends orderedArgs<OrderField>('AutoAssignment', 'auto-assignments', {
  ...AUTHORED_ORDER,
  name: 'By the name.',
  status: 'By the status, as a text.',
  forceType: 'By how it urges, as a text.',
  approvalDecidedBy: 'By who approved or denied it.',
}) {}

const { Connection } = connectionTypes('AutoAssignment', 'auto-assignments', AutoAssignment);

const loadAutoAssignment = loaderOfFound(findAutoAssignmentsOfFilters);

lookup('AutoAssignment', AutoAssignment, {
  what: 'auto-assignment',
  needs: 'READ_AUTO_ASSIGNMENT',
  find: findAutoAssignments,
});

@Resolver(() => AutoAssignment)
export class AutoAssignmentResolver {
  @Query(() => Connection, {
    description:
      'Lists auto-assignments, those of target filters too. Filters may ask for `name`, `status`, `filter`, `distributionSet.name` and more. Needs READ_AUTO_ASSIGNMENT.',
    complexity: listCost,
  })
  async autoAssignments(
    @Args(() => AutoAssignmentsArgs) args: AutoAssignmentsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listAutoAssignments(context, args), (one) => one);
  }

  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => DistributionSet, {
    nullable: true,
    description: 'What it assigns.',
  })
  distributionSet(
    @Root() { distributionSet }: Entity,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSet | null> {
    return loadDistributionSet(context, distributionSet.id);
  }
}

/** What target filters assign by themselves. */
@Resolver(() => TargetFilter)
export class AssigningFilterResolver {
  @FieldResolver(() => AutoAssignment, {
    nullable: true,
    description: 'What it assigns by itself to all that match it; null where it assigns nothing.',
  })
  autoAssignment(
    @Root() { id }: TargetFilter,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignment | null> {
    return loadAutoAssignment(context, id);
  }
}
