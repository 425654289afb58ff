import { Arg, Ctx, Field, InputType, Mutation, Resolver } from 'type-graphql';
import type { NotFoundPolicy as Policy } from '../../../services/fleet/targets/selection.ts';
import { changeMany } from '../../../services/jobs/begin.ts';
import { changedMany } from '../jobs/payloads.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { payloadOf } from '../server/mutations.ts';
import { asPlaced, OneOf } from '../server/selections.ts';
import {
  ChangedTargetsPayload,
  changeSelected,
  SelectedTargetsInput,
  selected,
  TARGETS_AT,
} from './selected-targets.ts';

const NotFoundPolicy = enumOf<Policy>(
  'NotFoundPolicy',
  'What becomes of named targets when one is missing.',
  {
    FAIL: 'Nothing is done.',
    ON_WHAT_FOUND_AND_SUCCESS: 'It is done for the targets that exist; missing ones are ignored.',
    ON_WHAT_FOUND_AND_FAIL: 'It is done to those that exist, and the missing ones are named in `userErrors`.',
  },
);

@OneOf()
@InputType({ description: 'Which tags: either by their ids or by their names.' })
class TargetTagSelection {
  @Field(() => [idOf('TargetTag')], { nullable: true, description: 'Their ids; at least one.' })
  ids?: number[];

  @Field(() => [String], { nullable: true, description: 'Their names; at least one.' })
  names?: string[];
}

@InputType()
abstract class TargetTagsChoice extends SelectedTargetsInput {
  @Field(() => TargetTagSelection, { description: 'Which tags.' })
  tags!: TargetTagSelection;

  @Field(() => NotFoundPolicy, {
    defaultValue: 'FAIL',
    description: 'What becomes of the targets named by their ids when one is missing.',
  })
  onNotFound!: Policy;
}

@InputType({ description: 'What `assignTargetTags` takes.' })
class AssignTargetTagsInput extends TargetTagsChoice {}

@InputType({ description: 'What `unassignTargetTags` takes.' })
class UnassignTargetTagsInput extends TargetTagsChoice {}

@InputType({ description: 'What `assignTargetGroup` takes.' })
class AssignTargetGroupInput extends SelectedTargetsInput {
  @Field(() => String, {
    nullable: true,
    description: 'The group, at most 256 characters; a slash leads to a subgroup, null takes the group away.',
  })
  group?: string | null;
}

@InputType({ description: 'What `assignTargetType` takes.' })
class AssignTargetTypeInput extends SelectedTargetsInput {
  @Field(() => idOf('TargetType'), {
    nullable: true,
    description: 'The id of the type; null takes the type away.',
  })
  targetTypeId?: number | null;
}

/** Where the input has what the verbs call so. */
const TAGS_AT = { tagIds: ['tags', 'ids'], tagNames: ['tags', 'names'] };

function changeTags(
  context: GraphqlContext,
  kind: 'assign_target_tags' | 'unassign_target_tags',
  { tags: { ids: tagIds, names: tagNames }, ...input }: TargetTagsChoice,
) {
  const work = changeMany(context, kind, { ...selected(input), tagIds, tagNames });
  return asPlaced(changedMany(work), { ...TARGETS_AT, ...TAGS_AT });
}

@Resolver()
export class TargetAssignments {
  @Mutation(payloadOf('assignTargetTags', ChangedTargetsPayload), {
    description: 'Gives tags to targets. Needs UPDATE_TARGET.',
  })
  assignTargetTags(
    @Arg('input', () => AssignTargetTagsInput, { description: 'Which tags, and to which targets.' })
    input: AssignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeTags(context, 'assign_target_tags', input);
  }

  @Mutation(payloadOf('unassignTargetTags', ChangedTargetsPayload), {
    description: 'Takes tags away from targets. Needs UPDATE_TARGET.',
  })
  unassignTargetTags(
    @Arg('input', () => UnassignTargetTagsInput, { description: 'Which tags, and from which targets.' })
    input: UnassignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeTags(context, 'unassign_target_tags', input);
  }

  @Mutation(payloadOf('assignTargetGroup', ChangedTargetsPayload), {
    description: 'Puts targets into a group, or takes them out of theirs. Needs UPDATE_TARGET.',
  })
  assignTargetGroup(
    @Arg('input', () => AssignTargetGroupInput, { description: 'Which group, and which targets.' })
    input: AssignTargetGroupInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'assign_target_group', input);
  }

  @Mutation(payloadOf('assignTargetType', ChangedTargetsPayload), {
    description: 'Gives targets a type, or takes theirs away. Needs UPDATE_TARGET.',
  })
  assignTargetType(
    @Arg('input', () => AssignTargetTypeInput, { description: 'Which type, and which targets.' })
    input: AssignTargetTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'assign_target_type', input);
  }
}
