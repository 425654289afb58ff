import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { ActionOrderField } from '../../../services/deployments/actions/fields.ts';
import { listActionsOfEach } from '../../../services/deployments/actions/list.ts';
import { listTargetsOfEachSet } from '../../../services/deployments/assignments/find.ts';
import type { TargetOrderField } from '../../../services/fleet/targets/order.ts';
import type { PageRequest } from '../../../services/shared/page.ts';
import { TargetConnection, TargetsArgs, targetView } from '../fleet/targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { loaderOfPages } from '../server/loaders.ts';
import { Needs } from '../server/needs.ts';
import { connection, listCost } from '../server/pagination.ts';
import { DistributionSet } from '../software/distribution-sets.ts';
import { ActionConnection, ActionsArgs, actionView } from './actions.ts';

const loadActions = loaderOfPages((context, ids, request: PageRequest<ActionOrderField>) =>
  listActionsOfEach(context, 'distributionSet', ids, request),
);
const loadAssignedTargets = loaderOfPages((context, ids, request: PageRequest<TargetOrderField>) =>
  listTargetsOfEachSet(context, 'assigned', ids, request),
);
const loadInstalledTargets = loaderOfPages((context, ids, request: PageRequest<TargetOrderField>) =>
  listTargetsOfEachSet(context, 'installed', ids, request),
);

/** What became of a set: who is to have it, and who has it. */
@Resolver(() => DistributionSet)
export class SetDeploymentResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => ActionConnection, {
    description: 'The actions that assign it.',
    complexity: listCost,
  })
  async actions(
    @Root() { id }: DistributionSet,
    @Args(() => ActionsArgs) request: ActionsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadActions(context, { id, request }), actionView);
  }

  @Needs('READ_TARGET')
  @FieldResolver(() => TargetConnection, {
    description: 'The targets that are to have it.',
    complexity: listCost,
  })
  async assignedTargets(
    @Root() { id }: DistributionSet,
    @Args(() => TargetsArgs) request: TargetsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadAssignedTargets(context, { id, request }), targetView);
  }

  @Needs('READ_TARGET')
  @FieldResolver(() => TargetConnection, {
    description: 'The targets that have it.',
    complexity: listCost,
  })
  async installedTargets(
    @Root() { id }: DistributionSet,
    @Args(() => TargetsArgs) request: TargetsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadInstalledTargets(context, { id, request }), targetView);
  }
}
