import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { AutoAssignment as Entity } from '../../../services/deployments/auto-assignments/auto-assignment.ts';
import { createAutoAssignment } from '../../../services/deployments/auto-assignments/create.ts';
import {
  approveAutoAssignment,
  denyAutoAssignment,
} from '../../../services/deployments/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../../services/deployments/auto-assignments/delete.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../../services/deployments/auto-assignments/handle.ts';
import { updateAutoAssignment } from '../../../services/deployments/auto-assignments/update.ts';
import { clearAutoAssignment } from '../../../services/fleet/target-filters/clear-auto-assignment.ts';
import { setAutoAssignment } from '../../../services/fleet/target-filters/set-auto-assignment.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import {
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { ForceType } from './actions.ts';
import { AutoAssignment } from './auto-assignments.ts';

@InputType({ description: 'What an auto-assignment assigns, and how.' })
abstract class AutoAssignmentInput {
  @Field(() => idOf('DistributionSet'), {
    description: 'Which distribution set; it must be complete, and is locked.',
  })
  distributionSetId!: number;

  @Field(() => ForceType, {
    nullable: true,
    description: 'How devices are to take the update; FORCED unless given, and never TIME_FORCED.',
  })
  forceType?: Entity['forceType'] | null;

  @Field(() => Int, { nullable: true, description: 'From 0 to 1000; 1000 unless given.' })
  weight?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether devices are asked before, where the tenant asks; as the tenant is set unless given.',
  })
  confirmationRequired?: boolean | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it starts by itself; unless given, as soon as possible.',
  })
  startAt?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it also reaches targets that do not match the `targetFilter` of the set: otherwise they are left out, now and later, and it is refused if all that match now are such targets.',
  })
  ignoreTargetFilter?: boolean | null;
}

@InputType({ description: 'What `createAutoAssignment` takes.' })
class CreateAutoAssignmentInput extends AutoAssignmentInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => String, { description: 'The RSQL expression that its targets match.' })
  filter!: string;
}

@InputType({ description: 'What `setAutoAssignment` takes.' })
class SetAutoAssignmentInput extends AutoAssignmentInput {
  @Field(() => idOf('TargetFilter'), { description: 'For the targets of which target filter.' })
  targetFilterId!: number;
}

@InputType({ description: 'What `clearAutoAssignment` takes.' })
class ClearAutoAssignmentInput {
  @Field(() => idOf('TargetFilter'), { description: 'Of which target filter.' })
  targetFilterId!: number;
}

@InputType({ description: 'What `updateAutoAssignment` takes. A missing field stays as it is.' })
class UpdateAutoAssignmentInput extends idInput('AutoAssignment') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'Its new description; null clears it.' })
  description?: string | null;
}

@InputType({ description: 'A decision on an auto-assignment.' })
abstract class DecisionInput extends idInput('AutoAssignment') {
  @Field(() => String, { nullable: true, description: 'What there is to say, at most 255 characters.' })
  remark?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What changes of an auto-assignment answer.' })
abstract class AutoAssignmentPayload extends Payload {
  @Field(() => AutoAssignment, {
    nullable: true,
    description: 'The auto-assignment as it is now; null where refused.',
  })
  autoAssignment!: AutoAssignment | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `clearAutoAssignment` answers.' })
class ClearAutoAssignmentPayload extends Payload {
  @Field(() => idOf('TargetFilter'), {
    nullable: true,
    description: 'The id of the filter; null where refused.',
  })
  targetFilterId!: number | null;
}

@Resolver()
export class AutoAssignmentMutations {
  @Mutation(payloadOf('createAutoAssignment', AutoAssignmentPayload), {
    description:
      'Assigns a distribution set once to every target that matches a filter, now or later. Needs CREATE_AUTO_ASSIGNMENT, READ_DISTRIBUTION_SET and UPDATE_TARGET.',
  })
  createAutoAssignment(
    @Arg('input', () => CreateAutoAssignmentInput, { description: 'Which set, and for which targets.' })
    input: CreateAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(createAutoAssignment(context, input));
  }

  @Mutation(payloadOf('setAutoAssignment', AutoAssignmentPayload), {
    description:
      'Assigns a distribution set once to every target that matches a target filter, now or later; replaces what the filter assigned before. Needs READ_DISTRIBUTION_SET and UPDATE_TARGET.',
  })
  setAutoAssignment(
    @Arg('input', () => SetAutoAssignmentInput, { description: 'Which set, and for which filter.' })
    input: SetAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    const work = setAutoAssignment(context, input);
    return changed(work.then(({ autoAssignment }) => autoAssignment));
  }

  @Mutation(() => ClearAutoAssignmentPayload, {
    description: 'Ends what a target filter assigns by itself; its actions stay. Needs UPDATE_TARGET.',
  })
  clearAutoAssignment(
    @Arg('input', () => ClearAutoAssignmentInput, { description: 'Of which filter.' })
    input: ClearAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ClearAutoAssignmentPayload> {
    const work = clearAutoAssignment(context, input);
    return payload(
      'targetFilterId',
      work.then(() => input.targetFilterId),
    );
  }

  @Mutation(payloadOf('updateAutoAssignment', AutoAssignmentPayload), {
    description: 'Changes name and description of an auto-assignment. Needs UPDATE_AUTO_ASSIGNMENT.',
  })
  updateAutoAssignment(
    @Arg('input', () => UpdateAutoAssignmentInput, { description: 'What to change.' })
    input: UpdateAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(updateAutoAssignment(context, input));
  }

  @Mutation(payloadOf('approveAutoAssignment', AutoAssignmentPayload), {
    description: 'Approves an auto-assignment that waits for it. Needs APPROVE_AUTO_ASSIGNMENT.',
  })
  approveAutoAssignment(
    @Arg('input', inputOf('approveAutoAssignment', DecisionInput), { description: 'Which one.' })
    input: DecisionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(approveAutoAssignment(context, input));
  }

  @Mutation(payloadOf('denyAutoAssignment', AutoAssignmentPayload), {
    description:
      'Denies for good an auto-assignment that waits for an approval. Needs APPROVE_AUTO_ASSIGNMENT.',
  })
  denyAutoAssignment(
    @Arg('input', inputOf('denyAutoAssignment', DecisionInput), { description: 'Which one.' })
    input: DecisionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(denyAutoAssignment(context, input));
  }

  @Mutation(payloadOf('startAutoAssignment', AutoAssignmentPayload), {
    description:
      'Starts an auto-assignment that is ready, even before its start time. Needs HANDLE_AUTO_ASSIGNMENT.',
  })
  startAutoAssignment(
    @Arg('input', inputOf('startAutoAssignment', idInput('AutoAssignment')), { description: 'Which one.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(startAutoAssignment(context, input));
  }

  @Mutation(payloadOf('pauseAutoAssignment', AutoAssignmentPayload), {
    description: 'Holds up an auto-assignment that runs; its actions go on. Needs HANDLE_AUTO_ASSIGNMENT.',
  })
  pauseAutoAssignment(
    @Arg('input', inputOf('pauseAutoAssignment', idInput('AutoAssignment')), { description: 'Which one.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(pauseAutoAssignment(context, input));
  }

  @Mutation(payloadOf('resumeAutoAssignment', AutoAssignmentPayload), {
    description: 'Resumes an auto-assignment that was paused. Needs HANDLE_AUTO_ASSIGNMENT.',
  })
  resumeAutoAssignment(
    @Arg('input', inputOf('resumeAutoAssignment', idInput('AutoAssignment')), { description: 'Which one.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AutoAssignmentPayload> {
    return changed(resumeAutoAssignment(context, input));
  }

  @Mutation(payloadOf('deleteAutoAssignment', DeletePayload), {
    description: 'Deletes an auto-assignment; its actions stay. Needs DELETE_AUTO_ASSIGNMENT.',
  })
  deleteAutoAssignment(
    @Arg('input', inputOf('deleteAutoAssignment', idInput('AutoAssignment')), { description: 'Which one.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'AutoAssignment', (id) => deleteAutoAssignment(context, { id }));
  }
}

const changed = (work: Promise<Entity>) => payload('autoAssignment', work);
