import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { DomainError } from '../../errors.ts';
import type { Action as Entity } from '../../services/actions/action.ts';
import { cancelActions } from '../../services/actions/cancel.ts';
import { type CONFIRMATIONS, confirmActions } from '../../services/actions/confirm.ts';
import { deleteActions } from '../../services/actions/delete.ts';
import { forceActions } from '../../services/actions/force.ts';
import { listActionsAmong } from '../../services/actions/list.ts';
import { type AssignmentResult, assignDistributionSet } from '../../services/deployments/assign.ts';
import { ActionConnection, ActionsArgs, actionView, ForceType } from './actions.ts';
import type { GraphqlContext } from './context.ts';
import { DistributionSet } from './distribution-sets.ts';
import { enumOf } from './enums.ts';
import { Payload } from './errors.ts';
import { toId } from './ids.ts';
import { answer, inputOf, payload, payloadOf } from './mutations.ts';
import { connection, listCost } from './pagination.ts';
import { SelectedTargetsInput } from './selected-targets.ts';

@InputType({ description: 'When devices may install: all three, or none.' })
class MaintenanceWindowInput {
  @Field(() => String, {
    nullable: true,
    description: 'When windows open: a Quartz cron expression of 6 or 7 fields, as `0 0 3 ? * SUN`.',
  })
  schedule?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How long each stays open: HH:mm:ss, below 24 hours.',
  })
  duration?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The offset in which the schedule is read: as +02:00, or Z.',
  })
  timezone?: string | null;
}

@InputType({ description: 'What `assignDistributionSet` takes, with either controllerIds or a filter.' })
class AssignDistributionSetInput extends SelectedTargetsInput {
  @Field(() => ID, { description: 'Which distribution set.' })
  distributionSetId!: string;

  @Field(() => ForceType, { nullable: true, description: 'How devices are to take it; FORCED unless given.' })
  forceType?: Entity['forceType'] | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Of TIMEFORCED: from when on it is forced; at once unless given.',
  })
  forcedAt?: Date | null;

  @Field(() => Int, { nullable: true, description: 'From 0 to 1000; 1000 unless given.' })
  weight?: number | null;

  @Field(() => MaintenanceWindowInput, {
    nullable: true,
    description: 'When devices may install; at any time unless given.',
  })
  maintenanceWindow?: MaintenanceWindowInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Of a tenant with the confirmation flow: false lets it begin unconfirmed.',
  })
  confirmationRequired?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'What another system knows the actions by, at most 512 characters.',
  })
  externalRef?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'The targets have it already, by other means: it counts as installed at once.',
  })
  offline!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What mutations of actions answer.' })
abstract class ActionsPayload extends Payload {
  /** Of those that are different now, or new. */
  actionIds!: number[];

  @Field(() => Int, {
    description:
      'How many actions are different now, or new; or would be after a dry run. What was so already does not count.',
  })
  affectedCount!: number;
}

@ObjectType({ simpleResolvers: true, description: 'What `assignDistributionSet` answers.' })
class AssignDistributionSetPayload extends ActionsPayload {
  @Field(() => Int, { description: 'How many of the targets were to have it anyway.' })
  alreadyAssignedCount!: number;

  @Field(() => DistributionSet, { nullable: true, description: 'The set; null where refused.' })
  distributionSet!: DistributionSet | null;
}

@InputType({ description: 'Which actions a mutation is for: either ids or a filter.' })
abstract class SelectedActionsInput {
  @Field(() => [ID], {
    nullable: true,
    description: 'Which actions; nothing is done where one does not fit.',
  })
  actionIds?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Those that match this RSQL expression, as far as they fit.',
  })
  filter?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only says how many it would be.' })
  dryRun!: boolean;
}

@InputType({ description: 'What `cancelActions` takes.' })
class CancelActionsInput extends SelectedActionsInput {
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Ends those at once that are CANCELING already, whatever their devices do.',
  })
  force!: boolean;
}

type Said = (typeof CONFIRMATIONS)[number];
const Confirmation = enumOf<Said>('Confirmation', 'What is said of actions that wait for a confirmation.', {
  confirmed: 'Their devices are told to carry them out.',
  denied: 'They go on waiting, and one that is named waits again if it was confirmed and is not over.',
});

@InputType({ description: 'What `confirmActions` takes.' })
class ConfirmActionsInput extends SelectedActionsInput {
  @Field(() => Confirmation, { defaultValue: 'confirmed', description: 'What is said of them.' })
  confirmation!: Said;

  @Field(() => Int, { nullable: true, description: 'A code for the history.' })
  code?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Messages for the history, 48 at the most. Long ones are kept in pieces of 512 characters.',
  })
  details?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `deleteActions` answers.' })
class DeleteActionsPayload extends Payload {
  @Field(() => Int, { description: 'How many are gone, or would be after a dry run.' })
  deletedCount!: number;
}

@Resolver(() => ActionsPayload)
export class ActionsPayloadResolver {
  @FieldResolver(() => ActionConnection, {
    description: 'These actions as they are now; none of a dry run. Needs READ_TARGET.',
    complexity: listCost,
  })
  async actions(
    @Root() { actionIds }: ActionsPayload,
    @Args(() => ActionsArgs) args: ActionsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listActionsAmong(context, actionIds, args), actionView);
  }
}

@Resolver()
export class ActionMutations {
  @Mutation(() => AssignDistributionSetPayload, {
    description:
      'Assigns a distribution set to targets, all or none: each gets an action, which replaces what it has still to do. Needs READ_DISTRIBUTION_SET and UPDATE_TARGET.',
  })
  async assignDistributionSet(
    @Arg('input', () => AssignDistributionSetInput, { description: 'What, to which targets, and how.' })
    input: AssignDistributionSetInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AssignDistributionSetPayload> {
    const { distributionSetId, offline, dryRun, ...assignment } = input;
    const work = assignDistributionSet(context, {
      distributionSetId: toId(distributionSetId),
      assignments: [assignment],
      offline,
      dryRun,
    }).catch((error) => Promise.reject(asOneAssignment(error)));
    const { result, userErrors } = await payload(input, 'result', work);
    const { actions, alreadyAssigned, distributionSet }: Partial<AssignmentResult> = result ?? {};
    return {
      ...affected(actions?.map(({ id }) => id) ?? [], dryRun),
      alreadyAssignedCount: alreadyAssigned ?? 0,
      distributionSet: distributionSet ?? null,
      userErrors,
    };
  }

  @Mutation(payloadOf('cancelActions', ActionsPayload), {
    description:
      'Asks devices to stop updates, or, with `force`, ends the cancellations that wait for a device. Needs UPDATE_TARGET.',
  })
  cancelActions(
    @Arg('input', () => CancelActionsInput, { description: 'Which actions, and how.' })
    input: CancelActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ActionsPayload> {
    return changed(input, cancelActions(context, withNumbers(input)));
  }

  @Mutation(payloadOf('forceActions', ActionsPayload), {
    description: 'Makes updates FORCED, so that devices install them at once. Needs UPDATE_TARGET.',
  })
  forceActions(
    @Arg('input', inputOf('forceActions', SelectedActionsInput), { description: 'Which actions.' })
    input: SelectedActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ActionsPayload> {
    return changed(input, forceActions(context, withNumbers(input)));
  }

  @Mutation(payloadOf('confirmActions', ActionsPayload), {
    description:
      'Confirms or denies, in the place of the devices, updates that wait for it. Needs UPDATE_TARGET.',
  })
  confirmActions(
    @Arg('input', () => ConfirmActionsInput, { description: 'Which actions, and what is said of them.' })
    input: ConfirmActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ActionsPayload> {
    return changed(input, confirmActions(context, withNumbers(input)));
  }

  @Mutation(() => DeleteActionsPayload, {
    description:
      'Deletes actions with their history, in states in which the tenant lets actions be deleted; what targets have stays. Needs DELETE_TARGET.',
  })
  deleteActions(
    @Arg('input', inputOf('deleteActions', SelectedActionsInput), { description: 'Which actions.' })
    input: SelectedActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeleteActionsPayload> {
    const work = deleteActions(context, withNumbers(input));
    return answer(
      input,
      { deletedCount: 0 },
      work.then((deletedCount) => ({ deletedCount })),
    );
  }
}

const withNumbers = <I extends SelectedActionsInput>({ actionIds, ...rest }: I) => ({
  ...rest,
  actionIds: actionIds?.map(toId),
});

/** What a dry run would have made isn't there. */
const affected = (ids: number[], dryRun: boolean) => ({
  affectedCount: ids.length,
  actionIds: dryRun ? [] : ids,
});

const changed = (input: SelectedActionsInput, work: Promise<number[]>): Promise<ActionsPayload> =>
  answer(
    input,
    affected([], input.dryRun),
    work.then((ids) => affected(ids, input.dryRun)),
  );

/** The input has the fields of its one assignment beside all else. */
const asOneAssignment = (error: unknown) =>
  error instanceof DomainError ? error.below('assignments', '0') : error;
