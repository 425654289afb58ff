import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { DomainError } from '../../errors.ts';
import { assignTargetGroup } from '../../services/target-groups/assign.ts';
import { listTargetGroups } from '../../services/target-groups/list.ts';
import { assignTargetTags } from '../../services/target-tags/assign.ts';
import type { ChangedTargets, NotFoundPolicy as Policy } from '../../services/target-tags/choice.ts';
import { unassignTargetTags } from '../../services/target-tags/unassign.ts';
import { assignTargetType } from '../../services/targets/assign-type.ts';
import type { GraphqlContext } from './context.ts';
import { enumOf } from './enums.ts';
import { payload, userErrorOf } from './errors.ts';
import { asWritten, toId } from './ids.ts';
import { AffectedTargetsPayload, affected, SelectedTargetsInput } from './selected-targets.ts';

const NotFoundPolicy = enumOf<Policy>(
  'NotFoundPolicy',
  'What becomes of named targets when one is missing.',
  {
    FAIL: 'Nothing is done.',
    ON_WHAT_FOUND_AND_SUCCESS: 'It is done to those that exist, and nothing is said of the missing ones.',
    ON_WHAT_FOUND_AND_FAIL: 'It is done to those that exist, and the missing ones are named in `userErrors`.',
  },
);

@InputType()
abstract class TargetTagsChoice extends SelectedTargetsInput {
  @Field(() => [ID], { nullable: true, description: 'The ids of the tags; either these or `tagNames`.' })
  tagIds?: string[] | null;

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

@ObjectType({ simpleResolvers: true, description: 'What `assignTargetTags` answers.' })
class AssignTargetTagsPayload extends AffectedTargetsPayload {}

@InputType({ description: 'What `unassignTargetTags` takes: tags, and either controllerIds or a filter.' })
class UnassignTargetTagsInput extends TargetTagsChoice {}

@ObjectType({ simpleResolvers: true, description: 'What `unassignTargetTags` answers.' })
class UnassignTargetTagsPayload extends AffectedTargetsPayload {}

@InputType({ description: 'What `assignTargetGroup` takes: a group, and either controllerIds or a filter.' })
class AssignTargetGroupInput extends SelectedTargetsInput {
  @Field(() => String, {
    nullable: true,
    description: 'The group, at most 256 characters; a slash leads to a subgroup, null takes the group away.',
  })
  group?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `assignTargetGroup` answers.' })
class AssignTargetGroupPayload extends AffectedTargetsPayload {}

@InputType({ description: 'What `assignTargetType` takes: a type, and either controllerIds or a filter.' })
class AssignTargetTypeInput extends SelectedTargetsInput {
  @Field(() => ID, { nullable: true, description: 'The id of the type; null takes the type away.' })
  targetTypeId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `assignTargetType` answers.' })
class AssignTargetTypePayload extends AffectedTargetsPayload {}

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

  @Mutation(() => AssignTargetTagsPayload, { description: 'Gives tags to targets. Needs UPDATE_TARGET.' })
  assignTargetTags(
    @Arg('input', () => AssignTargetTagsInput, { description: 'Which tags, and to which targets.' })
    input: AssignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AssignTargetTagsPayload> {
    return tagged(input, assignTargetTags(context, withTagNumbers(input)));
  }

  @Mutation(() => UnassignTargetTagsPayload, {
    description: 'Takes tags away from targets. Needs UPDATE_TARGET.',
  })
  unassignTargetTags(
    @Arg('input', () => UnassignTargetTagsInput, { description: 'Which tags, and from which targets.' })
    input: UnassignTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UnassignTargetTagsPayload> {
    return tagged(input, unassignTargetTags(context, withTagNumbers(input)));
  }

  @Mutation(() => AssignTargetGroupPayload, {
    description: 'Puts targets into a group, or takes them out of theirs. Needs UPDATE_TARGET.',
  })
  assignTargetGroup(
    @Arg('input', () => AssignTargetGroupInput, { description: 'Which group, and which targets.' })
    input: AssignTargetGroupInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AssignTargetGroupPayload> {
    return affected(assignTargetGroup(context, input));
  }

  @Mutation(() => AssignTargetTypePayload, {
    description: 'Gives targets a type, or takes theirs away. Needs UPDATE_TARGET.',
  })
  assignTargetType(
    @Arg('input', () => AssignTargetTypeInput, { description: 'Which type, and which targets.' })
    input: AssignTargetTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AssignTargetTypePayload> {
    const { targetTypeId, ...rest } = input;
    const number = targetTypeId == null ? targetTypeId : toId(targetTypeId);
    const work = assignTargetType(context, { ...rest, targetTypeId: number });
    return affected(work.catch((error) => Promise.reject(asWritten(error, targetTypeId))));
  }
}

const withTagNumbers = ({ tagIds, ...rest }: TargetTagsChoice) => ({ ...rest, tagIds: tagIds?.map(toId) });

async function tagged({ tagIds }: TargetTagsChoice, work: Promise<ChangedTargets>) {
  const { changed, userErrors } = await payload(
    'changed',
    work.catch((error) => Promise.reject(asWritten(error, tagIds?.[indexOf(error)]))),
  );
  if (!changed) return { affectedCount: 0, userErrors };
  return { affectedCount: changed.affectedCount, userErrors: changed.faults.map(userErrorOf) };
}

/** Of an item of a list: where in it the fault lies. */
const indexOf = (error: unknown) =>
  Number(error instanceof DomainError ? error.details.path?.[1] : undefined);
