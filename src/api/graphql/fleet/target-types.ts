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
import { createTargetTypes } from '../../../services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../../services/fleet/target-types/delete.ts';
import type { TargetTypeOrderField as OrderField } from '../../../services/fleet/target-types/fields.ts';
import { findTargetTypes } from '../../../services/fleet/target-types/find.ts';
import { listTargetTypes } from '../../../services/fleet/target-types/list.ts';
import type { TargetType as Entity } from '../../../services/fleet/target-types/target-type.ts';
import { updateTargetType } from '../../../services/fleet/target-types/update.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOfFound } from '../server/loaders.ts';
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
import { nameUpdate } from '../server/named-things.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { Color } from '../server/scalars.ts';

@ObjectType({ simpleResolvers: true, description: 'A kind of target, to tell devices apart.' })
export class TargetType extends AuthoredNumberedNode implements Entity {
  @Field(() => String, { description: 'Its key, unique in the tenant and for good.' })
  key!: string;

  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => Color, { nullable: true, description: 'The color that consoles show it in.' })
  color!: string | null;
}

@ArgsType()
class TargetTypesArgs extends orderedArgs<OrderField>('TargetType', 'target types', {
  ...AUTHORED_ORDER,
  key: 'By the key.',
  name: 'By the name.',
  description: 'By the description.',
}) {}

@InputType({ description: 'A target type to create. Key and name stand in for each other.' })
class TargetTypeInput {
  @Field(() => String, {
    nullable: true,
    description: 'Its key, at most 64 characters; the name unless given.',
  })
  key?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its name, at most 128 characters; the key unless given.',
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => Color, {
    nullable: true,
    description: 'The color that consoles show it in, for example #1d7cf2.',
  })
  color?: string | null;

  @Field(() => [idOf('DistributionSetType')], {
    defaultValue: [],
    description: 'The distribution set types that suit its targets; any does where there is none.',
  })
  compatibleDistributionSetTypeIds!: number[];
}

@InputType({ description: 'What `createTargetTypes` takes.' })
class CreateTargetTypesInput extends BulkInput {
  @Field(() => [TargetTypeInput], { description: 'The target types to create.' })
  targetTypes!: TargetTypeInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createTargetTypes` answers.' })
class CreateTargetTypesPayload extends Payload {
  @Field(() => [TargetType], { description: 'The created target types, in the order of the input.' })
  targetTypes!: TargetType[];
}

@InputType({
  description:
    'What `updateTargetType` takes. What is missing stays as it is; only fields that say so take null.',
})
class UpdateTargetTypeInput extends nameUpdate('TargetType') {}

@ObjectType({ simpleResolvers: true, description: 'What `updateTargetType` answers.' })
class UpdateTargetTypePayload extends Payload {
  @Field(() => TargetType, {
    nullable: true,
    description: 'The target type as it is now; null where refused.',
  })
  targetType!: TargetType | null;
}

const { Connection: TargetTypeConnection } = connectionTypes('TargetType', 'target types', TargetType);

export const loadTargetType = loaderOfFound(findTargetTypes);

lookup('TargetType', TargetType, { needs: 'READ_TARGET_TYPE', find: findTargetTypes });

@Resolver(() => TargetType)
export class TargetTypeResolver {
  @Query(() => TargetTypeConnection, {
    description: 'Lists target types. Needs READ_TARGET_TYPE.',
    complexity: listCost,
  })
  async targetTypes(@Args(() => TargetTypesArgs) args: TargetTypesArgs, @Ctx() context: GraphqlContext) {
    return connection(await listTargetTypes(context, args), (targetType) => targetType);
  }

  @Mutation(() => CreateTargetTypesPayload, {
    description: 'Creates target types. Needs CREATE_TARGET_TYPE.',
  })
  createTargetTypes(
    @Arg('input', () => CreateTargetTypesInput, { description: 'What to create, and how.' })
    input: CreateTargetTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateTargetTypesPayload> {
    return creation('targetTypes', createTargetTypes(context, input));
  }

  @Mutation(() => UpdateTargetTypePayload, {
    description: 'Changes a target type; its key is for good. Needs UPDATE_TARGET_TYPE.',
  })
  updateTargetType(
    @Arg('input', () => UpdateTargetTypeInput, { description: 'What to change.' })
    input: UpdateTargetTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateTargetTypePayload> {
    return payload('targetType', updateTargetType(context, input));
  }

  @Mutation(payloadOf('deleteTargetType', DeletePayload), {
    description: 'Deletes a target type that no target has. Needs DELETE_TARGET_TYPE.',
  })
  deleteTargetType(
    @Arg('input', inputOf('deleteTargetType', idInput('TargetType')), { description: 'What to delete.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'TargetType', (id) => deleteTargetType(context, { id }));
  }
}
