import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { AttributeMode as Mode } from '../../../services/fleet/targets/attributes.ts';
import { createTargets } from '../../../services/fleet/targets/create.ts';
import { updateTarget } from '../../../services/fleet/targets/update.ts';
import { changeMany } from '../../../services/jobs/begin.ts';
import { mapInTurns } from '../../../services/shared/turns.ts';
import { BulkDeletePayload, deletedMany } from '../jobs/payloads.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { BulkInput, creation, idInput, payload, payloadOf } from '../server/mutations.ts';
import { asPlaced } from '../server/selections.ts';
import {
  ChangedTargetsPayload,
  changeSelected,
  SelectedTargetsInput,
  selected,
  TARGETS_AT,
} from './selected-targets.ts';
import { Target, type TargetView, targetView } from './targets.ts';

@InputType({ description: 'A target to create.' })
class TargetInput {
  @Field(() => String, {
    description:
      'Its name on the wire, unique in the tenant: at most 256 characters, without white space, and neither `.` nor `..`.',
  })
  controllerId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its name, at most 128 characters; the controllerId unless given.',
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it can be found, at most 512 characters.' })
  address?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What the device signs in with, at most 128 printable ASCII characters; a random one unless given.',
  })
  securityToken?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to ask the device for its attributes; true unless given.',
  })
  requestAttributes?: boolean | null;

  @Field(() => idOf('TargetType'), { nullable: true, description: 'The id of its type.' })
  targetTypeId?: number | null;

  @Field(() => String, { nullable: true, description: 'The group it belongs to, at most 256 characters.' })
  group?: string | null;
}

@InputType({ description: 'What `createTargets` takes.' })
class CreateTargetsInput extends BulkInput {
  @Field(() => [TargetInput], { description: 'The targets to create.' })
  targets!: TargetInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createTargets` answers.' })
class CreateTargetsPayload extends Payload {
  @Field(() => [Target], { description: 'The created targets, in the order of the input.' })
  targets!: TargetView[];
}

@InputType({
  description:
    'What `updateTarget` takes. What is missing stays as it is; only fields that say so take null.',
})
class UpdateTargetInput extends idInput('Target') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'Its new description; null for none.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'Its new address; null for none.' })
  address?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its new security token; the old one stops working at once.',
  })
  securityToken?: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True asks the device for its attributes; the device ends it.',
  })
  requestAttributes?: boolean;

  @Field(() => idOf('TargetType'), { nullable: true, description: 'The id of its new type; null for none.' })
  targetTypeId?: number | null;

  @Field(() => String, { nullable: true, description: 'Its new group; null for none.' })
  group?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `updateTarget` answers.' })
class UpdateTargetPayload extends Payload {
  @Field(() => Target, { nullable: true, description: 'The target as it is now; null where refused.' })
  target!: TargetView | null;
}

@InputType({ description: 'What `deleteTargets` takes.' })
class DeleteTargetsInput extends SelectedTargetsInput {}

const AttributeMode = enumOf<Mode>('AttributeMode', 'What becomes of the attributes a target has.', {
  merge: 'They stay; those named are added or overwritten.',
  replace: 'They go; only those named remain.',
  remove: 'Those named go, the others stay.',
});

@InputType({ description: 'An attribute to set.' })
class AttributeInput {
  @Field(() => String, { description: 'The key, at most 128 printable ASCII characters.' })
  key!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The value, at most 128 printable ASCII characters; without one the attribute goes.',
  })
  value?: string | null;
}

@InputType({ description: 'What `setTargetAttributes` takes.' })
class SetTargetAttributesInput extends SelectedTargetsInput {
  @Field(() => [AttributeInput], { description: 'The attributes.' })
  attributes!: AttributeInput[];

  @Field(() => AttributeMode, { defaultValue: 'merge', description: 'What becomes of those a target has.' })
  mode!: Mode;
}

@Resolver(() => Target)
export class TargetMutations {
  @Mutation(() => CreateTargetsPayload, { description: 'Creates targets. Needs CREATE_TARGET.' })
  createTargets(
    @Arg('input', () => CreateTargetsInput, { description: 'What to create, and how.' })
    input: CreateTargetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateTargetsPayload> {
    return creation(
      'targets',
      createTargets(context, input).then(async ({ created, faults }) => ({
        created: await mapInTurns(created, targetView),
        faults,
      })),
    );
  }

  @Mutation(() => UpdateTargetPayload, { description: 'Changes a target. Needs UPDATE_TARGET.' })
  updateTarget(
    @Arg('input', () => UpdateTargetInput, { description: 'What to change.' }) input: UpdateTargetInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateTargetPayload> {
    const work = updateTarget(context, input).then(targetView);
    return payload('target', work);
  }

  @Mutation(payloadOf('deleteTargets', BulkDeletePayload), {
    description:
      'Deletes targets with all that belongs to them; none where one of them is missing. Needs DELETE_TARGET.',
  })
  deleteTargets(
    @Arg('input', () => DeleteTargetsInput, { description: 'What to delete.' }) input: DeleteTargetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<BulkDeletePayload> {
    const work = changeMany(context, 'delete_targets', selected(input));
    return asPlaced(deletedMany('Target', work), TARGETS_AT);
  }

  @Mutation(payloadOf('setTargetAttributes', ChangedTargetsPayload), {
    description:
      "Changes attributes in the devices' place; of no target where one of those named is missing or would have too many. Needs UPDATE_TARGET.",
  })
  setTargetAttributes(
    @Arg('input', () => SetTargetAttributesInput, { description: 'What to set, of which targets, and how.' })
    input: SetTargetAttributesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'set_target_attributes', input);
  }
}
