import { Arg, Ctx, Field, InputType, Mutation, Query, Resolver } from 'type-graphql';
import { assignTargetGroup } from '../../../services/fleet/target-groups/assign.ts';
import { listTargetGroups } from '../../../services/fleet/target-groups/list.ts';
import { assignTargetTags } from '../../../services/fleet/target-tags/assign.ts';
import type { ChangedTargets, NotFoundPolicy as Policy } from '../../../services/fleet/target-tags/choice.ts';
import { unassignTargetTags } from '../../../services/fleet/target-tags/unassign.ts';
import { assignTargetType } from '../../../services/fleet/targets/assign-type.ts';
import { AffectedTargetsPayload, affectedTargets, SelectedTargetsInput } from '../fleet/selected-targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { payloadOf, userErrorsOf } from '../server/mutations.ts';

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

  @Mutation(payloadOf('assignTargetTags', AffectedTargetsPayload), {
    description: 'Gives tags to targets. Needs UPDATE_TARGET.',
  })
  assignTargetTags(
    @Arg('input', () => AssignTargetTagsInput, { description: 'Which tags, and to which targets.' })
    input: AssignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AffectedTargetsPayload> {
    return tagged(input, assignTargetTags(context, input));
  }

  @Mutation(payloadOf('unassignTargetTags', AffectedTargetsPayload), {
    description: 'Takes tags away from targets. Needs UPDATE_TARGET.',
  })
  unassignTargetTags(
    @Arg('input', () => UnassignTargetTagsInput, { description: 'Which tags, and from which targets.' })
    input: UnassignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AffectedTargetsPayload> {
    return tagged(input, unassignTargetTags(context, input));
  }

  @Mutation(payloadOf('assignTargetGroup', AffectedTargetsPayload), {
    description: 'Puts targets into a group, or takes them out of theirs. Needs UPDATE_TARGET.',
  })
  assignTargetGroup(
    @Arg('input', () => AssignTargetGroupInput, { description: 'Which group, and which targets.' })
    input: AssignTargetGroupInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AffectedTargetsPayload> {
    return affectedTargets(input, assignTargetGroup(context, input));
  }

  @Mutation(payloadOf('assignTargetType', AffectedTargetsPayload), {
    description: 'Gives targets a type, or takes theirs away. Needs UPDATE_TARGET.',
  })
  assignTargetType(
    @Arg('input', () => AssignTargetTypeInput, { description: 'Which type, and which targets.' })
    input: AssignTargetTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AffectedTargetsPayload> {
    return affectedTargets(input, assignTargetType(context, input));
  }
}

/** Of targets that are named some may be refused, and the others changed. */
async function tagged(input: TargetTagsChoice, work: Promise<ChangedTargets>) {
  const { affectedCount, faults } = await work.catch((error) => ({ affectedCount: 0, faults: [error] }));
  return { affectedCount, userErrors: userErrorsOf(input, faults) };
}
