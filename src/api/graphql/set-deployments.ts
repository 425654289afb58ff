import { Args, ArgsType, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { ActionConnection, ActionsArgs, actionView } from './actions.ts';
import type { GraphqlContext } from './context.ts';
import { DistributionSet } from './distribution-sets.ts';
import { connection, listCost, PageArgs } from './pagination.ts';
import { TargetConnection, targetView } from './targets.ts';

@ArgsType()
class TargetsOfSetArgs extends PageArgs {}

/** What became of a set: who is to have it, and who has it. */
@Resolver(() => DistributionSet)
export class SetDeploymentResolver {
  @FieldResolver(() => ActionConnection, {
    description: 'The actions that assign it. Needs READ_TARGET.',
    complexity: listCost,
  })
  async actions(
    @Root() { id }: DistributionSet,
    @Args(() => ActionsArgs) request: ActionsArgs,
    @Ctx() { loaders }: GraphqlContext,
  ) {
    return connection(await loaders.actionsOfSets.load({ id, request }), actionView);
  }

  @FieldResolver(() => TargetConnection, {
    description: 'The targets that are to have it, by controllerId. Needs READ_TARGET.',
    complexity: listCost,
  })
  async assignedTargets(
    @Root() { id }: DistributionSet,
    @Args(() => TargetsOfSetArgs) request: TargetsOfSetArgs,
    @Ctx() { loaders }: GraphqlContext,
  ) {
    return connection(await loaders.assignedTargets.load({ id, request }), targetView);
  }

  @FieldResolver(() => TargetConnection, {
    description: 'The targets that have it, by controllerId. Needs READ_TARGET.',
    complexity: listCost,
  })
  async installedTargets(
    @Root() { id }: DistributionSet,
    @Args(() => TargetsOfSetArgs) request: TargetsOfSetArgs,
    @Ctx() { loaders }: GraphqlContext,
  ) {
    return connection(await loaders.installedTargets.load({ id, request }), targetView);
  }
}
