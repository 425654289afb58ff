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
import type { Action as Entity } from '../../../services/deployments/actions/action.ts';
import type { ActionOrderField as OrderField } from '../../../services/deployments/actions/fields.ts';
import { findActions } from '../../../services/deployments/actions/find.ts';
import { listActions, listActionsOfEach } from '../../../services/deployments/actions/list.ts';
import {
  type ActionEntry as EntryEntity,
  findActionEntries,
  listEntriesOfEach,
} from '../../../services/deployments/actions/list-entries.ts';
import { findDeployments } from '../../../services/deployments/assignments/find.ts';
import type { MaintenanceWindow as Window } from '../../../services/deployments/assignments/maintenance-window.ts';
import {
  findNewestCompatibleSets,
  MOST_FILTERS,
  NEWEST_SETS,
} from '../../../services/deployments/assignments/newest-compatible.ts';
import { findTargets } from '../../../services/fleet/targets/find.ts';
import type { PageRequest } from '../../../services/shared/page.ts';
import { Target, type TargetView, targetView } from '../fleet/targets.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { loaderOf, loaderOfFound, loaderOfPages } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { NumberedNode } from '../server/node.ts';
import { connection, connectionTypes, listCost, WindowArgs } from '../server/pagination.ts';
import { Cron, Duration, UtcOffset } from '../server/scalars.ts';
import { DistributionSet, loadDistributionSet } from '../software/distribution-sets.ts';

export const ActionStatus = enumOf<Entity['status']>(
  'ActionStatus',
  'What an action is in, or what an entry of its history tells.',
  {
    scheduled: 'It waits for its rollout group to start.',
    wait_for_confirmation: 'It waits for confirmation; its device gets it afterwards.',
    running: 'Its device is to carry it out.',
    retrieved: 'Its device has fetched what it is about.',
    download: 'Its device downloads.',
    downloaded: 'Its device has downloaded all.',
    warning: 'Its device has trouble, and goes on.',
    canceling: 'Its device is asked to stop.',
    cancel_rejected: 'Its device goes on, though it was asked to stop.',
    canceled: 'It was stopped.',
    finished: 'It succeeded.',
    error: 'It failed.',
  },
);

export const ForceType = enumOf<Entity['forceType']>('ForceType', 'How a device is to take an update.', {
  soft: 'When it suits the device.',
  forced: 'At once.',
  timeforced: 'When it suits the device, and at once from a certain time on.',
  downloadonly: 'It is only to be downloaded.',
});

@ObjectType({ simpleResolvers: true, description: 'When a device may install.' })
class MaintenanceWindow implements Window {
  @Field(() => Cron, { description: 'When windows open: a Quartz cron expression.' })
  schedule!: string;

  @Field(() => Duration, { description: 'How long each stays open: HH:mm:ss or HH:mm.' })
  duration!: string;

  @Field(() => UtcOffset, { description: 'The offset in which the schedule is read, as +02:00.' })
  timezone!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The assignment of a distribution set to one target, and what became of it.',
})
export class Action extends AuthoredNumberedNode {
  @Field(() => ActionStatus, { description: 'What it is in.' })
  status!: Entity['status'];

  @Field(() => Boolean, { description: 'Whether the device has still to do something about it.' })
  active!: boolean;

  @Field(() => ForceType, { description: 'How the device is to take it.' })
  forceType!: Entity['forceType'];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'From when on it is forced; null unless it is TIME_FORCED.',
  })
  forcedAt!: Date | null;

  @Field(() => Int, { description: 'Of several actions of a target the weightier one comes first.' })
  weight!: number;

  @Field(() => MaintenanceWindow, {
    nullable: true,
    description: 'When the device may install; null where at any time.',
  })
  maintenanceWindow!: MaintenanceWindow | null;

  @Field(() => String, { nullable: true, description: 'What another system knows it by.' })
  externalRef!: string | null;

  @Field(() => String, { description: 'Who assigned it.' })
  initiatedBy!: string;

  @Field(() => Int, { nullable: true, description: 'The code in the newest report of the device.' })
  lastStatusCode!: number | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'An entry in the history of an action: what the server did or the device reported.',
})
class ActionEntry extends NumberedNode implements EntryEntity {
  @Field(() => ActionStatus, { description: 'What it tells.' })
  status!: EntryEntity['status'];

  @Field(() => Int, { nullable: true, description: 'The code that the device gave.' })
  code!: number | null;

  @Field(() => [String], { description: 'The messages of this step.' })
  messages!: string[];

  @Field(() => GraphQLDateTime, { description: 'When it was, as the device says.' })
  occurredAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the server heard of it.' })
  reportedAt!: Date;
}

@ArgsType()
export class ActionsArgs extends orderedArgs<OrderField>(
  'Action',
  'actions',
  {
    ...AUTHORED_ORDER,
    status: 'By the status, alphabetically.',
    active: 'Those that have ended first.',
    weight: 'By the weight.',
    lastStatusCode: 'By the last code that the device told.',
    externalRef: 'By the reference of another system.',
  },
  'the newest first',
) {}

export const { Connection: ActionConnection } = connectionTypes('Action', 'actions', Action);
const { Connection: ActionEntryConnection } = connectionTypes(
  'ActionEntry',
  "entries of an action's history",
  ActionEntry,
);

export const actionView = (action: Entity): Action => action;

const loadTarget = loaderOf(async (context, controllerIds: readonly string[]) => {
  const found = await findTargets(context, controllerIds);
  const named = new Map(found.map((target) => [target.controllerId, target]));
  return controllerIds.map((id) => named.get(id) ?? null);
});
const loadEntries = loaderOfPages(listEntriesOfEach);
const loadActions = loaderOfPages((context, ids, request: PageRequest<OrderField>) =>
  listActionsOfEach(context, 'target', ids, request),
);
const loadDeployment = loaderOf(findDeployments);
const loadNewestCompatibleSet = loaderOfFound(findNewestCompatibleSets);

lookup('Action', Action, { needs: 'READ_TARGET', find: findActions, view: actionView });

lookup('ActionEntry', ActionEntry, {
  what: "entry of an action's history",
  needs: 'READ_TARGET',
  find: findActionEntries,
});

@Resolver(() => Action)
export class ActionResolver {
  @Query(() => ActionConnection, {
    description:
      'Lists actions. Filters may ask for `status`, `active`, `forceType`, `weight`, `target.controllerId`, `target.group`, `distributionSet.id`, `distributionSet.name` and more. Needs READ_TARGET.',
    complexity: listCost,
  })
  async actions(@Args(() => ActionsArgs) args: ActionsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listActions(context, args), actionView);
  }

  @FieldResolver(() => Target, { nullable: true, description: 'Its target.' })
  async target(@Root() { target }: Entity, @Ctx() context: GraphqlContext): Promise<TargetView | null> {
    const found = await loadTarget(context, target.controllerId);
    return found && targetView(found);
  }

  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => DistributionSet, {
    nullable: true,
    description: 'What is assigned.',
  })
  distributionSet(
    @Root() { distributionSet }: Entity,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSet | null> {
    return loadDistributionSet(context, distributionSet.id);
  }

  @FieldResolver(() => ActionEntryConnection, {
    description: 'Its history, the newest entry first.',
    complexity: listCost,
  })
  async statusHistory(
    @Root() { id }: Entity,
    @Args(() => WindowArgs) request: WindowArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadEntries(context, { id, request }), (entry) => entry);
  }
}

@Resolver(() => Target)
export class TargetDeploymentResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => ActionConnection, { description: 'Its actions.', complexity: listCost })
  async actions(
    @Root() { id }: TargetView,
    @Args(() => ActionsArgs) request: ActionsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadActions(context, { id, request }), actionView);
  }

  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => DistributionSet, {
    nullable: true,
    description: 'What it is to have; null where nothing was assigned.',
  })
  async assignedDistributionSet(
    @Root() { id }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSet | null> {
    const { assignedSetId } = await loadDeployment(context, id);
    return assignedSetId === null ? null : loadDistributionSet(context, assignedSetId);
  }

  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => DistributionSet, {
    nullable: true,
    description: 'What it has; null where nothing is known of it.',
  })
  async installedDistributionSet(
    @Root() { id }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSet | null> {
    const { installedSetId } = await loadDeployment(context, id);
    return installedSetId === null ? null : loadDistributionSet(context, installedSetId);
  }

  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => DistributionSet, {
    nullable: true,
    description: `The newest distribution set that it could take: one with a \`targetFilter\` that it matches, whose type suits, complete, not invalidated, and created after the one that it has; null if there is none. Looks at the newest ${NEWEST_SETS} sets with a filter, and at most ${MOST_FILTERS} different filters.`,
    complexity: 10,
  })
  newestCompatibleSet(
    @Root() { id }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSet | null> {
    return loadNewestCompatibleSet(context, id);
  }
}
