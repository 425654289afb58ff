import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { AutoAssignment as Entity } from '../../services/auto-assignments/auto-assignment.ts';
import { createAutoAssignment } from '../../services/auto-assignments/create.ts';
import { approveAutoAssignment, denyAutoAssignment } from '../../services/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../services/auto-assignments/delete.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../services/auto-assignments/handle.ts';
import { updateAutoAssignment } from '../../services/auto-assignments/update.ts';
import { clearAutoAssignment } from '../../services/target-filters/clear-auto-assignment.ts';
import { setAutoAssignment } from '../../services/target-filters/set-auto-assignment.ts';
import { ForceType } from './actions.ts';
import { AutoAssignment } from './auto-assignments.ts';
import { DeletePayload, deletion, IdInput, payloadFor } from './building-blocks.ts';
import type { GraphqlContext } from './context.ts';
import { Payload } from './errors.ts';
import { toId } from './ids.ts';

@InputType({ description: 'What an auto-assignment assigns, and how.' })
abstract class AutoAssignmentInput {
  @Field(() => ID, { description: 'Which distribution set; it must be complete, and is locked.' })
  distributionSetId!: string;

  @Field(() => ForceType, {
    nullable: true,
    description: 'How devices are to take the update; FORCED unless given, and never TIMEFORCED.',
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
    description: 'When it begins by itself; as soon as it may unless given.',
  })
  startAt?: Date | null;
}

@InputType({ description: 'What `createAutoAssignment` takes.' })
class CreateAutoAssignmentInput extends AutoAssignmentInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => String, { description: 'The RSQL expression that its targets match.' })
  query!: string;
}

@InputType({ description: 'What `setAutoAssignment` takes.' })
class SetAutoAssignmentInput extends AutoAssignmentInput {
  @Field(() => ID, { description: 'For the targets of which saved filter.' })
  targetFilterId!: string;
}

@InputType({ description: 'What `clearAutoAssignment` takes.' })
class ClearAutoAssignmentInput {
  @Field(() => ID, { description: 'Of which saved filter.' })
  targetFilterId!: string;
}

@InputType({ description: 'What `updateAutoAssignment` takes; what is missing or null stays as it is.' })
class UpdateAutoAssignmentInput extends IdInput {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Its new description.' })
  description?: string | null;
}

@InputType({ description: 'A decision on an auto-assignment.' })
abstract class DecisionInput extends IdInput {
  @Field(() => String, { nullable: true, description: 'What there is to say, at most 255 characters.' })
  remark?: string | null;
}
@InputType({ description: 'What `approveAutoAssignment` takes.' })
class ApproveAutoAssignmentInput extends DecisionInput {}
@InputType({ description: 'What `denyAutoAssignment` takes.' })
class DenyAutoAssignmentInput extends DecisionInput {}
@InputType({ description: 'What `startAutoAssignment` takes.' })
class StartAutoAssignmentInput extends IdInput {}
@InputType({ description: 'What `pauseAutoAssignment` takes.' })
class PauseAutoAssignmentInput extends IdInput {}
@InputType({ description: 'What `resumeAutoAssignment` takes.' })
class ResumeAutoAssignmentInput extends IdInput {}
@InputType({ description: 'What `deleteAutoAssignment` takes.' })
class DeleteAutoAssignmentInput extends IdInput {}

@ObjectType({ simpleResolvers: true, description: 'What changes of an auto-assignment answer.' })
abstract class AutoAssignmentPayload extends Payload {
  @Field(() => AutoAssignment, { nullable: true, description: 'It as it is now; null where refused.' })
  autoAssignment!: AutoAssignment | null;
}
@ObjectType({ simpleResolvers: true, description: 'What `createAutoAssignment` answers.' })
class CreateAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `setAutoAssignment` answers.' })
class SetAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `updateAutoAssignment` answers.' })
class UpdateAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `approveAutoAssignment` answers.' })
class ApproveAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `denyAutoAssignment` answers.' })
class DenyAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `startAutoAssignment` answers.' })
class StartAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `pauseAutoAssignment` answers.' })
class PauseAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `resumeAutoAssignment` answers.' })
class ResumeAutoAssignmentPayload extends AutoAssignmentPayload {}
@ObjectType({ simpleResolvers: true, description: 'What `deleteAutoAssignment` answers.' })
class DeleteAutoAssignmentPayload extends DeletePayload {}

@ObjectType({ simpleResolvers: true, description: 'What `clearAutoAssignment` answers.' })
class ClearAutoAssignmentPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id of the filter; null where refused.' })
  targetFilterId!: string | null;
}

@Resolver()
export class AutoAssignmentMutations {
  @Mutation(() => CreateAutoAssignmentPayload, {
    description:
      'Lets all targets that match a filter, now or later, have a distribution set, each once. Needs CREATE_AUTO_ASSIGNMENT, READ_DISTRIBUTION_SET and UPDATE_TARGET.',
  })
  createAutoAssignment(
    @Arg('input', () => CreateAutoAssignmentInput, { description: 'Which set, and for which targets.' })
    input: CreateAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateAutoAssignmentPayload> {
    return changed(input, createAutoAssignment(context, withSetNumber(input)));
  }

  @Mutation(() => SetAutoAssignmentPayload, {
    description:
      'Lets all targets that match a saved filter, now or later, have a distribution set, each once, in the place of what the filter assigned before. Needs READ_DISTRIBUTION_SET and UPDATE_TARGET.',
  })
  setAutoAssignment(
    @Arg('input', () => SetAutoAssignmentInput, { description: 'Which set, and for which filter.' })
    input: SetAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetAutoAssignmentPayload> {
    const targetFilterId = toId(input.targetFilterId);
    const work = setAutoAssignment(context, { ...withSetNumber(input), targetFilterId });
    return changed(
      input,
      work.then(({ autoAssignment }) => autoAssignment),
    );
  }

  @Mutation(() => ClearAutoAssignmentPayload, {
    description: 'Ends what a saved filter assigns by itself; its actions stay. Needs UPDATE_TARGET.',
  })
  clearAutoAssignment(
    @Arg('input', () => ClearAutoAssignmentInput, { description: 'Of which filter.' })
    input: ClearAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ClearAutoAssignmentPayload> {
    const work = clearAutoAssignment(context, { targetFilterId: toId(input.targetFilterId) });
    return payloadFor(
      input,
      'targetFilterId',
      work.then(() => input.targetFilterId),
    );
  }

  @Mutation(() => UpdateAutoAssignmentPayload, {
    description: 'Changes name and description of an auto-assignment. Needs UPDATE_AUTO_ASSIGNMENT.',
  })
  updateAutoAssignment(
    @Arg('input', () => UpdateAutoAssignmentInput, { description: 'What to change.' })
    input: UpdateAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateAutoAssignmentPayload> {
    return changed(input, updateAutoAssignment(context, withNumber(input)));
  }

  @Mutation(() => ApproveAutoAssignmentPayload, {
    description: 'Approves an auto-assignment that waits for it. Needs APPROVE_AUTO_ASSIGNMENT.',
  })
  approveAutoAssignment(
    @Arg('input', () => ApproveAutoAssignmentInput, { description: 'Which one.' })
    input: ApproveAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ApproveAutoAssignmentPayload> {
    return changed(input, approveAutoAssignment(context, withNumber(input)));
  }

  @Mutation(() => DenyAutoAssignmentPayload, {
    description:
      'Denies for good an auto-assignment that waits for an approval. Needs APPROVE_AUTO_ASSIGNMENT.',
  })
  denyAutoAssignment(
    @Arg('input', () => DenyAutoAssignmentInput, { description: 'Which one.' })
    input: DenyAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DenyAutoAssignmentPayload> {
    return changed(input, denyAutoAssignment(context, withNumber(input)));
  }

  @Mutation(() => StartAutoAssignmentPayload, {
    description:
      'Lets an auto-assignment begin that is ready, be it before its time. Needs HANDLE_AUTO_ASSIGNMENT.',
  })
  startAutoAssignment(
    @Arg('input', () => StartAutoAssignmentInput, { description: 'Which one.' })
    input: StartAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<StartAutoAssignmentPayload> {
    return changed(input, startAutoAssignment(context, withNumber(input)));
  }

  @Mutation(() => PauseAutoAssignmentPayload, {
    description: 'Holds up an auto-assignment that runs; its actions go on. Needs HANDLE_AUTO_ASSIGNMENT.',
  })
  pauseAutoAssignment(
    @Arg('input', () => PauseAutoAssignmentInput, { description: 'Which one.' })
    input: PauseAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<PauseAutoAssignmentPayload> {
    return changed(input, pauseAutoAssignment(context, withNumber(input)));
  }

  @Mutation(() => ResumeAutoAssignmentPayload, {
    description: 'Lets an auto-assignment go on that was held up. Needs HANDLE_AUTO_ASSIGNMENT.',
  })
  resumeAutoAssignment(
    @Arg('input', () => ResumeAutoAssignmentInput, { description: 'Which one.' })
    input: ResumeAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ResumeAutoAssignmentPayload> {
    return changed(input, resumeAutoAssignment(context, withNumber(input)));
  }

  @Mutation(() => DeleteAutoAssignmentPayload, {
    description: 'Deletes an auto-assignment; its actions stay. Needs DELETE_AUTO_ASSIGNMENT.',
  })
  deleteAutoAssignment(
    @Arg('input', () => DeleteAutoAssignmentInput, { description: 'Which one.' })
    input: DeleteAutoAssignmentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeleteAutoAssignmentPayload> {
    return deletion(input, deleteAutoAssignment(context, withNumber(input)));
  }
}

const withNumber = <T extends IdInput>(input: T) => ({ ...input, id: toId(input.id) });
const withSetNumber = <T extends AutoAssignmentInput>(input: T) => ({
  ...input,
  distributionSetId: toId(input.distributionSetId),
});

const changed = (input: object, work: Promise<Entity>) => payloadFor(input, 'autoAssignment', work);
