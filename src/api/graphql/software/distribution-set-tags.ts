import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import {
  assignDistributionSetTag,
  unassignDistributionSetTag,
} from '../../../services/software/distribution-set-tags/assign.ts';
import { createDistributionSetTags } from '../../../services/software/distribution-set-tags/create.ts';
import { deleteDistributionSetTag } from '../../../services/software/distribution-set-tags/delete.ts';
import type { DistributionSetTagOrderField as OrderField } from '../../../services/software/distribution-set-tags/fields.ts';
import {
  type DistributionSetTag as Entity,
  findDistributionSetTags,
  findTagsOfSets,
} from '../../../services/software/distribution-set-tags/find.ts';
import { listDistributionSetTags } from '../../../services/software/distribution-set-tags/list.ts';
import { updateDistributionSetTag } from '../../../services/software/distribution-set-tags/update.ts';
import { findDistributionSets } from '../../../services/software/distribution-sets/find.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import {
  answer,
  BulkInput,
  creation,
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { nameUpdate, TAG_ORDER, Tag, TagInput } from '../server/named-things.ts';
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { asPlaced } from '../server/selections.ts';
import { DistributionSet } from './distribution-sets.ts';

@ObjectType({ simpleResolvers: true, description: 'A word that distribution sets can be marked with.' })
export class DistributionSetTag extends Tag implements Entity {}

@ArgsType()
class DistributionSetTagsArgs extends orderedArgs<OrderField>(
  'DistributionSetTag',
  'distribution set tags',
  TAG_ORDER,
) {}

@InputType({ description: 'A distribution set tag to create.' })
class DistributionSetTagInput extends TagInput {}

@InputType({ description: 'What `createDistributionSetTags` takes.' })
class CreateDistributionSetTagsInput extends BulkInput {
  @Field(() => [DistributionSetTagInput], { description: 'The tags to create.' })
  distributionSetTags!: DistributionSetTagInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createDistributionSetTags` answers.' })
class CreateDistributionSetTagsPayload extends Payload {
  @Field(() => [DistributionSetTag], { description: 'The created tags, in the order of the input.' })
  distributionSetTags!: DistributionSetTag[];
}

@InputType({
  description:
    'What `updateDistributionSetTag` takes. What is missing stays as it is; only fields that say so take null.',
})
class UpdateDistributionSetTagInput extends nameUpdate('DistributionSetTag') {}

@ObjectType({ simpleResolvers: true, description: 'What `updateDistributionSetTag` answers.' })
class UpdateDistributionSetTagPayload extends Payload {
  @Field(() => DistributionSetTag, {
    nullable: true,
    description: 'The tag as it is now; null where refused.',
  })
  distributionSetTag!: DistributionSetTag | null;
}

@InputType({ description: 'A tag and distribution sets.' })
abstract class TaggedSetsInput {
  @Field(() => idOf('DistributionSetTag'), { description: 'Which tag.' })
  tagId!: number;

  @Field(() => [idOf('DistributionSet')], { description: 'Which distribution sets.' })
  distributionSetIds!: number[];
}

/** Of the changed sets. */
const MOST_TOLD = 1_000;

@ObjectType({ simpleResolvers: true, description: 'What changes of the sets of a tag answer.' })
abstract class TaggedSetsPayload extends Payload {
  @Field(() => Int, { description: 'How many sets are different now; 0 where refused.' })
  affectedCount!: number;

  @Needs('READ_DISTRIBUTION_SET')
  @Field(() => [DistributionSet], {
    description: `The sets of the input as they are now, of no more than ${MOST_TOLD}; none where refused.`,
  })
  distributionSets!: () => Promise<DistributionSet[]>;
}

const { Connection } = connectionTypes('DistributionSetTag', 'distribution set tags', DistributionSetTag);

/** What a change of the sets of a tag answers. */
async function tagged(
  context: GraphqlContext,
  { tagId, distributionSetIds: setIds }: TaggedSetsInput,
  verb: typeof assignDistributionSetTag,
) {
  const read = (ids: readonly number[]) => async () =>
    (await findDistributionSets(context, ids.slice(0, MOST_TOLD))).filter((found) => found !== undefined);
  const done = answer(
    { affectedCount: 0, distributionSets: read([]) },
    verb(context, { tagId, setIds }).then((affectedCount) => ({
      affectedCount,
      distributionSets: read(setIds),
    })),
  );
  return asPlaced(done, { setIds: ['distributionSetIds'] });
}

/** What a set is taken to have, for the cost of a query. */
const USUAL_TAGS = 2;

const loadTags = loaderOfLists(findTagsOfSets);

lookup('DistributionSetTag', DistributionSetTag, {
  needs: 'READ_DISTRIBUTION_SET',
  find: findDistributionSetTags,
});

@Resolver(() => DistributionSet)
export class TagsOfSetsResolver {
  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => [DistributionSetTag], {
    description: 'Its tags, by name.',
    complexity: ({ childComplexity }) => 1 + USUAL_TAGS * childComplexity,
  })
  tags(@Root() { id }: DistributionSet, @Ctx() context: GraphqlContext): Promise<DistributionSetTag[]> {
    return loadTags(context, id);
  }
}

@Resolver(() => DistributionSetTag)
export class DistributionSetTagResolver {
  @Query(() => Connection, {
    description: 'Lists distribution set tags. Needs READ_DISTRIBUTION_SET.',
    complexity: listCost,
  })
  async distributionSetTags(
    @Args(() => DistributionSetTagsArgs) args: DistributionSetTagsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listDistributionSetTags(context, args), (tag) => tag);
  }

  @Mutation(() => CreateDistributionSetTagsPayload, {
    description: 'Creates distribution set tags. Needs CREATE_DISTRIBUTION_SET.',
  })
  createDistributionSetTags(
    @Arg('input', () => CreateDistributionSetTagsInput, { description: 'What to create, and how.' })
    input: CreateDistributionSetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateDistributionSetTagsPayload> {
    return creation('distributionSetTags', createDistributionSetTags(context, input));
  }

  @Mutation(() => UpdateDistributionSetTagPayload, {
    description: 'Changes a distribution set tag. Needs UPDATE_DISTRIBUTION_SET.',
  })
  updateDistributionSetTag(
    @Arg('input', () => UpdateDistributionSetTagInput, { description: 'What to change.' })
    input: UpdateDistributionSetTagInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateDistributionSetTagPayload> {
    return payload('distributionSetTag', updateDistributionSetTag(context, input));
  }

  @Mutation(payloadOf('deleteDistributionSetTag', DeletePayload), {
    description:
      'Deletes a distribution set tag; the sets that have it lose it. Needs DELETE_DISTRIBUTION_SET.',
  })
  deleteDistributionSetTag(
    @Arg('input', inputOf('deleteDistributionSetTag', idInput('DistributionSetTag')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'DistributionSetTag', (id) => deleteDistributionSetTag(context, { id }));
  }

  @Mutation(payloadOf('assignDistributionSetTag', TaggedSetsPayload), {
    description: 'Gives a tag to distribution sets, all or none. Needs UPDATE_DISTRIBUTION_SET.',
  })
  assignDistributionSetTag(
    @Arg('input', inputOf('assignDistributionSetTag', TaggedSetsInput), {
      description: 'Which tag to which sets.',
    })
    input: TaggedSetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TaggedSetsPayload> {
    return tagged(context, input, assignDistributionSetTag);
  }

  @Mutation(payloadOf('unassignDistributionSetTag', TaggedSetsPayload), {
    description: 'Takes a tag from distribution sets, all or none. Needs UPDATE_DISTRIBUTION_SET.',
  })
  unassignDistributionSetTag(
    @Arg('input', inputOf('unassignDistributionSetTag', TaggedSetsInput), {
      description: 'Which tag from which sets.',
    })
    input: TaggedSetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TaggedSetsPayload> {
    return tagged(context, input, unassignDistributionSetTag);
  }
}
