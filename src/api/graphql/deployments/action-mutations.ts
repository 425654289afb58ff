import { Arg, Ctx, Field, InputType, Int, Mutation, Resolver } from 'type-graphql';
import type { CONFIRMATIONS } from '../../../services/deployments/actions/confirm.ts';
import { changeMany } from '../../../services/jobs/begin.ts';
import { BulkDeletePayload, deletedMany } from '../jobs/payloads.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { inputOf, payloadOf } from '../server/mutations.ts';
import { asPlaced, type Selection, selectionOf } from '../server/selections.ts';
import { ActionsPayload, changedActions } from './actions-payload.ts';

const ActionSelection = selectionOf('Action', 'actions');

@InputType({ description: 'Which actions a mutation is for.' })
abstract class SelectedActionsInput {
  @Field(() => ActionSelection, {
    description:
      'Which actions. Nothing is done if one that is named by its id is in the wrong state; a filter passes over these.',
  })
  actions!: Selection;

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

type ConfirmationAnswer = (typeof CONFIRMATIONS)[number];
const Confirmation = enumOf<ConfirmationAnswer>(
  'Confirmation',
  'The answer for actions that wait for confirmation.',
  {
    confirmed: 'The actions start on their devices.',
    denied: 'They still wait. A named one that was confirmed and has not ended waits again.',
  },
);

@InputType({ description: 'What `confirmActions` takes.' })
class ConfirmActionsInput extends SelectedActionsInput {
  @Field(() => Confirmation, { defaultValue: 'confirmed', description: 'The answer for them.' })
  confirmation!: ConfirmationAnswer;

  @Field(() => Int, { nullable: true, description: 'A code for the history.' })
  code?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Messages for the history, at most 48. Long ones are kept in pieces of 512 characters.',
  })
  details?: string[] | null;
}

@Resolver()
export class ActionMutations {
  @Mutation(payloadOf('cancelActions', ActionsPayload), {
    description:
      'Asks devices to stop updates, or, with `force`, ends the cancellations that wait for a device. Needs UPDATE_TARGET.',
  })
  cancelActions(
    @Arg('input', () => CancelActionsInput, { description: 'Which actions, and how.' })
    input: CancelActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ActionsPayload> {
    return change(context, 'cancel_actions', input);
  }

  @Mutation(payloadOf('forceActions', ActionsPayload), {
    description: 'Makes updates FORCED, so that devices install them at once. Needs UPDATE_TARGET.',
  })
  forceActions(
    @Arg('input', inputOf('forceActions', SelectedActionsInput), { description: 'Which actions.' })
    input: SelectedActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ActionsPayload> {
    return change(context, 'force_actions', input);
  }

  @Mutation(payloadOf('confirmActions', ActionsPayload), {
    description:
      'Confirms or denies, instead of the devices, actions that wait for confirmation. Needs UPDATE_TARGET.',
  })
  confirmActions(
    @Arg('input', () => ConfirmActionsInput, { description: 'Which actions, and the answer for them.' })
    input: ConfirmActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ActionsPayload> {
    return change(context, 'confirm_actions', input);
  }

  @Mutation(payloadOf('deleteActions', BulkDeletePayload), {
    description:
      'Deletes actions with their history, in states in which the tenant lets actions be deleted; what targets have stays. Needs DELETE_TARGET.',
  })
  deleteActions(
    @Arg('input', inputOf('deleteActions', SelectedActionsInput), { description: 'Which actions.' })
    input: SelectedActionsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<BulkDeletePayload> {
    return asPlaced(
      deletedMany('Action', changeMany(context, 'delete_actions', selected(input))),
      ACTIONS_AT,
    );
  }
}

/** Where the input has what the verbs call so. */
const ACTIONS_AT = {
  ids: ['actions', 'ids'],
  actionIds: ['actions', 'ids'],
  filter: ['actions', 'filter'],
};

/** What a verb takes for that input. */
const selected = <I extends SelectedActionsInput>({ actions, ...rest }: I) => ({ ...rest, ...actions });

const change = (
  context: GraphqlContext,
  kind: 'cancel_actions' | 'force_actions' | 'confirm_actions',
  input: SelectedActionsInput,
): Promise<ActionsPayload> =>
  asPlaced(changedActions(changeMany(context, kind, selected(input))), ACTIONS_AT);
