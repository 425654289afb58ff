import { Arg, Ctx, Field, InputType, Mutation, Query, Resolver } from 'type-graphql';
import { listTargetGroups } from '../../../services/fleet/target-groups/list.ts';
import type { NotFoundPolicy as Policy } from '../../../services/fleet/target-tags/choice.ts';
import { changeTargets } from '../../../services/jobs/begin.ts';
import { ChangedTargetsPayload, changedTargets, SelectedTargetsInput } from '../fleet/selected-targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { payloadOf } from '../server/mutations.ts';

const NotFoundPolicy = enumOf<Policy>(
  'NotFoundPolicy',
  'What becomes of named targets when one is missing.',
  {
    FAIL: 'Nothing is done.',
    ON_WHAT_FOUND_AND_SUCCESS: 'It is done for the targets that exist; missing ones are ignored.',
    ON_WHAT_FOUND_AND_FAIL: 'It is done to those that exist, and the missing ones are named in `userErrors`.',
  },
);

@InputType()
abstract class TargetTagsChoice extends SelectedTargetsInput {
  @Field(() => [idOf('TargetTag')], {
    nullable: true,
    description: 'The ids of the tags; either these or `tagNames`.',
  })
  tagIds?: number[] | null;

  @Field(() => [String], { nullable: true, description: 'The names of the tags; either these or `tagIds`.' })
  tagNames?: string[] | null;

  @Field(() => NotFoundPolicy, {
    defaultValue: 'FAIL',
    description: 'What becomes of the named targets when one is missing.',
  })
  onNotFound!: Policy;
}

@InputType({ description: 'What `assignTargetTags` takes: tags, and either controllerIds or a filter.' })
class AssignTargetTagsInput extends TargetTagsChoice {}

@InputType({ description: 'What `unassignTargetTags` takes: tags, and either controllerIds or a filter.' })
class UnassignTargetTagsInput extends TargetTagsChoice {}

@InputType({ description: 'What `assignTargetGroup` takes: a group, and either controllerIds or a filter.' })
class AssignTargetGroupInput extends SelectedTargetsInput {
  @Field(() => String, {
    nullable: true,
    description: 'The group, at most 256 characters; a slash leads to a subgroup, null takes the group away.',
  })
  group?: string | null;
}

@InputType({ description: 'What `assignTargetType` takes: a type, and either controllerIds or a filter.' })
class AssignTargetTypeInput extends SelectedTargetsInput {
  @Field(() => idOf('TargetType'), {
    nullable: true,
    description: 'The id of the type; null takes the type away.',
  })
  targetTypeId?: number | null;
}

/** It goes through all targets once. */
const GROUPS_COST = 1_000;

@Resolver()
export class TargetAssignments {
  @Query(() => [String], {
    description: 'The groups that targets are in, each once, in their order. Needs READ_TARGET.',
    complexity: GROUPS_COST,
  })
  targetGroups(@Ctx() context: GraphqlContext): Promise<string[]> {
    return listTargetGroups(context);
  }

  @Mutation(payloadOf('assignTargetTags', ChangedTargetsPayload), {
    description: 'Gives tags to targets. Needs UPDATE_TARGET.',
  })
  assignTargetTags(
    @Arg('input', () => AssignTargetTagsInput, { description: 'Which tags, and to which targets.' })
    input: AssignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changedTargets(changeTargets(context, 'assign_target_tags', input));
  }

  @Mutation(payloadOf('unassignTargetTags', ChangedTargetsPayload), {
    description: 'Takes tags away from targets. Needs UPDATE_TARGET.',
  })
  unassignTargetTags(
    @Arg('input', () => UnassignTargetTagsInput, { description: 'Which tags, and from which targets.' })
    input: UnassignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changedTargets(changeTargets(context, 'unassign_target_tags', input));
  }

  @Mutation(payloadOf('assignTargetGroup', ChangedTargetsPayload), {
    description: 'Puts targets into a group, or takes them out of theirs. Needs UPDATE_TARGET.',
  })
  assignTargetGroup(
    @Arg('input', () => AssignTargetGroupInput, { description: 'Which group, and which targets.' })
    input: AssignTargetGroupInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changedTargets(changeTargets(context, 'assign_target_group', input));
  }

  @Mutation(payloadOf('assignTargetType', ChangedTargetsPayload), {
    description: 'Gives targets a type, or takes theirs away. Needs UPDATE_TARGET.',
  })
  assignTargetType(
    @Arg('input', () => AssignTargetTypeInput, { description: 'Which type, and which targets.' })
    input: AssignTargetTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changedTargets(changeTargets(context, 'assign_target_type', input));
  }
}
