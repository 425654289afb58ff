import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { createRollout } from '../../../services/deployments/rollouts/create.ts';
import { decideRollout } from '../../../services/deployments/rollouts/decide.ts';
import { deleteRollout } from '../../../services/deployments/rollouts/delete.ts';
import { pauseRollout } from '../../../services/deployments/rollouts/pause.ts';
import { resumeRollout } from '../../../services/deployments/rollouts/resume.ts';
import { retryRollout } from '../../../services/deployments/rollouts/retry.ts';
import type { Rollout as Entity } from '../../../services/deployments/rollouts/rollout.ts';
import { startRollout } from '../../../services/deployments/rollouts/start.ts';
import { stopRollout } from '../../../services/deployments/rollouts/stop.ts';
import { triggerNextRolloutGroup } from '../../../services/deployments/rollouts/trigger-next-group.ts';
import { updateRollout } from '../../../services/deployments/rollouts/update.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import {
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { asPlaced } from '../server/selections.ts';
import { CreateRolloutInput, RolloutDecisionInput, UpdateRolloutInput } from './rollout-inputs.ts';
import { Rollout } from './rollouts.ts';

@ObjectType({ simpleResolvers: true, description: 'What changes of a rollout answer.' })
abstract class RolloutPayload extends Payload {
  @Field(() => Rollout, { nullable: true, description: 'The rollout as it is now; null where refused.' })
  rollout!: Rollout | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `retryRollout` answers.' })
class RetryRolloutPayload extends Payload {
  @Field(() => Rollout, { nullable: true, description: 'The new rollout; null where refused.' })
  rollout!: Rollout | null;
}

/** Where the input has what the verb calls so. */
const GROUPS_AT = { groupCount: ['groups', 'count'], groups: ['groups', 'each'] };

@Resolver()
export class RolloutMutations {
  @Mutation(payloadOf('createRollout', RolloutPayload), {
    description:
      'Plans a rollout to the targets that match, of those that the account may read and, where it may change targets at all, change. Needs CREATE_ROLLOUT, READ_DISTRIBUTION_SET and READ_TARGET, and with `startAt` HANDLE_ROLLOUT.',
  })
  createRollout(
    @Arg('input', () => CreateRolloutInput, { description: 'Which set, for which targets, and how.' })
    input: CreateRolloutInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    const { groups, ...rest } = input;
    const shared = { groupCount: groups?.count, groups: groups?.each };
    return asPlaced(changed(createRollout(context, { ...rest, ...shared })), GROUPS_AT);
  }

  @Mutation(payloadOf('updateRollout', RolloutPayload), {
    description: 'Changes name and description of a rollout. Needs UPDATE_ROLLOUT.',
  })
  updateRollout(
    @Arg('input', () => UpdateRolloutInput, { description: 'What to change.' }) input: UpdateRolloutInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(updateRollout(context, input));
  }

  @Mutation(payloadOf('approveRollout', RolloutPayload), {
    description: 'Approves a rollout that waits for it. Needs APPROVE_ROLLOUT.',
  })
  approveRollout(
    @Arg('input', inputOf('approveRollout', RolloutDecisionInput), { description: 'Which one.' })
    input: RolloutDecisionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(decideRollout(context, { ...input, approved: true }));
  }

  @Mutation(payloadOf('denyRollout', RolloutPayload), {
    description: 'Denies for good a rollout that waits for an approval. Needs APPROVE_ROLLOUT.',
  })
  denyRollout(
    @Arg('input', inputOf('denyRollout', RolloutDecisionInput), { description: 'Which one.' })
    input: RolloutDecisionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(decideRollout(context, { ...input, approved: false }));
  }

  @Mutation(payloadOf('startRollout', RolloutPayload), {
    description: 'Starts a rollout that is ready. Needs HANDLE_ROLLOUT.',
  })
  startRollout(
    @Arg('input', inputOf('startRollout', idInput('Rollout')), { description: 'Which one.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(startRollout(context, input));
  }

  @Mutation(payloadOf('pauseRollout', RolloutPayload), {
    description: 'Pauses a rollout: no further group starts; running actions continue. Needs HANDLE_ROLLOUT.',
  })
  pauseRollout(
    @Arg('input', inputOf('pauseRollout', idInput('Rollout')), { description: 'Which one.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(pauseRollout(context, input));
  }

  @Mutation(payloadOf('resumeRollout', RolloutPayload), {
    description:
      'Resumes a paused rollout. It continues with the next group if the last one failed or paused it. Needs HANDLE_ROLLOUT.',
  })
  resumeRollout(
    @Arg('input', inputOf('resumeRollout', idInput('Rollout')), { description: 'Which one.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(resumeRollout(context, input));
  }

  @Mutation(payloadOf('stopRollout', RolloutPayload), {
    description:
      'Stops a rollout: scheduled actions never start, and devices are asked to stop running ones. Needs HANDLE_ROLLOUT.',
  })
  stopRollout(
    @Arg('input', inputOf('stopRollout', idInput('Rollout')), { description: 'Which one.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(stopRollout(context, input));
  }

  @Mutation(payloadOf('triggerNextRolloutGroup', RolloutPayload), {
    description: 'Starts the next group before the earlier groups are done. Needs UPDATE_ROLLOUT.',
  })
  triggerNextRolloutGroup(
    @Arg('input', inputOf('triggerNextRolloutGroup', idInput('Rollout')), {
      description: 'Of which rollout.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolloutPayload> {
    return changed(triggerNextRolloutGroup(context, input));
  }

  @Mutation(() => RetryRolloutPayload, {
    description:
      'Plans another rollout to the targets of a finished one on which it failed. Needs CREATE_ROLLOUT, READ_DISTRIBUTION_SET and READ_TARGET.',
  })
  retryRollout(
    @Arg('input', inputOf('retryRollout', idInput('Rollout')), { description: 'Which one.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RetryRolloutPayload> {
    return changed(retryRollout(context, input));
  }

  @Mutation(payloadOf('deleteRollout', DeletePayload), {
    description:
      'Deletes a rollout. A started one stays for the history, and its actions end at once. Needs DELETE_ROLLOUT.',
  })
  deleteRollout(
    @Arg('input', inputOf('deleteRollout', idInput('Rollout')), { description: 'Which one.' }) input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'Rollout', (id) => deleteRollout(context, { id }));
  }
}

const changed = (work: Promise<Entity>) => payload('rollout', work);
