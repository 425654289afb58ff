import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { createTargetTags } from '../../../services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../../services/fleet/target-tags/delete.ts';
import type { TargetTagOrderField as OrderField } from '../../../services/fleet/target-tags/fields.ts';
import { type TargetTag as Entity, findTargetTags } from '../../../services/fleet/target-tags/find.ts';
import { listTargetTags } from '../../../services/fleet/target-tags/list.ts';
import { updateTargetTag } from '../../../services/fleet/target-tags/update.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import {
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
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({ simpleResolvers: true, description: 'A word that targets can be marked with.' })
export class TargetTag extends Tag implements Entity {}

@ArgsType()
class TargetTagsArgs extends orderedArgs<OrderField>('TargetTag', 'target tags', TAG_ORDER) {}

@InputType({ description: 'A target tag to create.' })
class TargetTagInput extends TagInput {}

@InputType({ description: 'What `createTargetTags` takes.' })
class CreateTargetTagsInput extends BulkInput {
  @Field(() => [TargetTagInput], { description: 'The target tags to create.' })
  targetTags!: TargetTagInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createTargetTags` answers.' })
class CreateTargetTagsPayload extends Payload {
  @Field(() => [TargetTag], { description: 'The created target tags, in the order of the input.' })
  targetTags!: TargetTag[];
}

@InputType({
  description:
    'What `updateTargetTag` takes. What is missing stays as it is; only fields that say so take null.',
})
class UpdateTargetTagInput extends nameUpdate('TargetTag') {}

@ObjectType({ simpleResolvers: true, description: 'What `updateTargetTag` answers.' })
class UpdateTargetTagPayload extends Payload {
  @Field(() => TargetTag, {
    nullable: true,
    description: 'The target tag as it is now; null where refused.',
  })
  targetTag!: TargetTag | null;
}

const { Connection: TargetTagConnection } = connectionTypes('TargetTag', 'target tags', TargetTag);

lookup('TargetTag', TargetTag, { needs: 'READ_TARGET', find: findTargetTags });

@Resolver(() => TargetTag)
export class TargetTagResolver {
  @Query(() => TargetTagConnection, {
    description: 'Lists target tags. Needs READ_TARGET.',
    complexity: listCost,
  })
  async targetTags(@Args(() => TargetTagsArgs) args: TargetTagsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listTargetTags(context, args), (tag) => tag);
  }

  @Mutation(() => CreateTargetTagsPayload, { description: 'Creates target tags. Needs CREATE_TARGET.' })
  createTargetTags(
    @Arg('input', () => CreateTargetTagsInput, { description: 'What to create, and how.' })
    input: CreateTargetTagsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateTargetTagsPayload> {
    return creation('targetTags', createTargetTags(context, input));
  }

  @Mutation(() => UpdateTargetTagPayload, { description: 'Changes a target tag. Needs UPDATE_TARGET.' })
  updateTargetTag(
    @Arg('input', () => UpdateTargetTagInput, { description: 'What to change.' })
    input: UpdateTargetTagInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateTargetTagPayload> {
    return payload('targetTag', updateTargetTag(context, input));
  }

  @Mutation(payloadOf('deleteTargetTag', DeletePayload), {
    description: 'Deletes a target tag; the targets that have it lose it. Needs DELETE_TARGET.',
  })
  deleteTargetTag(
    @Arg('input', inputOf('deleteTargetTag', idInput('TargetTag')), { description: 'Which target tag.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'TargetTag', (id) => deleteTargetTag(context, { id }));
  }
}
