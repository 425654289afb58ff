import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { DomainError } from '../../errors.ts';
import { createTargetFilter } from '../../services/target-filters/create.ts';
import { deleteTargetFilter } from '../../services/target-filters/delete.ts';
import type { TargetFilterOrderField as OrderField } from '../../services/target-filters/fields.ts';
import { type TargetFilter as Entity, findTargetFilter } from '../../services/target-filters/find.ts';
import { listTargetFilters } from '../../services/target-filters/list.ts';
import { updateTargetFilter } from '../../services/target-filters/update.ts';
import type { GraphqlContext } from './context.ts';
import { enumOf, OrderDirection } from './enums.ts';
import { Payload, payload } from './errors.ts';
import { asWritten, toId } from './ids.ts';
import { connection, connectionTypes, listCost, PageArgs } from './pagination.ts';

@ObjectType({ simpleResolvers: true, description: 'A filter of targets with a name, to be used again.' })
export class TargetFilter implements Entity {
  @Field(() => ID, { description: 'Its identifier.' })
  id!: number;

  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { description: 'The RSQL expression, as it was written.' })
  query!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was changed last.' })
  lastModifiedAt!: Date;

  @Field(() => String, { description: 'Who changed it last.' })
  lastModifiedBy!: string;
}

const TargetFilterOrderField = enumOf<OrderField>(
  'TargetFilterOrderField',
  'What saved filters can be ordered by.',
  {
    id: 'By the identifier, which is also the order of creation.',
    name: 'By the name.',
    query: 'By the expression.',
    createdAt: 'By the time of creation.',
    createdBy: 'By who created it.',
    lastModifiedAt: 'By the time of the last change.',
    lastModifiedBy: 'By who changed it last.',
  },
);

@InputType({ description: 'One criterion of the order of saved filters.' })
class TargetFilterOrder {
  @Field(() => TargetFilterOrderField, { description: 'What to order by.' })
  field!: OrderField;

  @Field(() => OrderDirection, { description: 'Which way.' })
  direction!: OrderDirection;
}

@ArgsType()
class TargetFiltersArgs extends PageArgs {
  @Field(() => [TargetFilterOrder], {
    nullable: true,
    description: 'The criteria of the order, the first the weightiest; by id unless given.',
  })
  orderBy?: TargetFilterOrder[] | null;
}

@InputType({ description: 'What `createTargetFilter` takes.' })
class CreateTargetFilterInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => String, { description: 'The RSQL expression, for example `name==sensor* and tag==beta`.' })
  query!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `createTargetFilter` answers.' })
class CreateTargetFilterPayload extends Payload {
  @Field(() => TargetFilter, { nullable: true, description: 'The created filter; null where refused.' })
  targetFilter!: TargetFilter | null;
}

@InputType({ description: 'What `updateTargetFilter` takes; what is missing or null stays as it is.' })
class UpdateTargetFilterInput {
  @Field(() => ID, { description: 'Which saved filter.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Its new RSQL expression.' })
  query?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `updateTargetFilter` answers.' })
class UpdateTargetFilterPayload extends Payload {
  @Field(() => TargetFilter, { nullable: true, description: 'The filter as it is now; null where refused.' })
  targetFilter!: TargetFilter | null;
}

@InputType({ description: 'What `deleteTargetFilter` takes.' })
class DeleteTargetFilterInput {
  @Field(() => ID, { description: 'Which saved filter.' })
  id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `deleteTargetFilter` answers.' })
class DeleteTargetFilterPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id of what was deleted; null where refused.' })
  deletedId!: string | null;
}

const { Connection: TargetFilterConnection } = connectionTypes('TargetFilter', 'saved filters', TargetFilter);

/** Says what was asked for where nothing of that id was found. */
const named = <T>(work: Promise<T>, id: string): Promise<T> =>
  work.catch((error) => Promise.reject(asWritten(error, id)));

@Resolver(() => TargetFilter)
export class TargetFilterResolver {
  @Query(() => TargetFilter, {
    nullable: true,
    description: 'The saved filter of that id; null where there is none. Needs READ_TARGET.',
  })
  async targetFilter(
    @Arg('id', () => ID, { description: 'Its identifier.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetFilter | null> {
    try {
      return await findTargetFilter(context, toId(id));
    } catch (error) {
      if (error instanceof DomainError && error.code === 'TARGET_FILTER_NOT_FOUND') return null;
      throw error;
    }
  }

  @Query(() => TargetFilterConnection, {
    description: 'Lists saved filters. Needs READ_TARGET.',
    complexity: listCost,
  })
  async targetFilters(
    @Args(() => TargetFiltersArgs) args: TargetFiltersArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listTargetFilters(context, args), (filter) => filter);
  }

  @Mutation(() => CreateTargetFilterPayload, {
    description: 'Saves a filter of targets under a name. Needs CREATE_TARGET.',
  })
  createTargetFilter(
    @Arg('input', () => CreateTargetFilterInput, { description: 'What to save.' })
    input: CreateTargetFilterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateTargetFilterPayload> {
    return payload('targetFilter', createTargetFilter(context, input));
  }

  @Mutation(() => UpdateTargetFilterPayload, {
    description: 'Changes a saved filter. Needs UPDATE_TARGET.',
  })
  updateTargetFilter(
    @Arg('input', () => UpdateTargetFilterInput, { description: 'What to change.' })
    input: UpdateTargetFilterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateTargetFilterPayload> {
    const work = updateTargetFilter(context, { ...input, id: toId(input.id) });
    return payload('targetFilter', named(work, input.id));
  }

  @Mutation(() => DeleteTargetFilterPayload, {
    description: 'Deletes a saved filter. Needs DELETE_TARGET.',
  })
  deleteTargetFilter(
    @Arg('input', () => DeleteTargetFilterInput, { description: 'What to delete.' }) {
      id,
    }: DeleteTargetFilterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeleteTargetFilterPayload> {
    const work = deleteTargetFilter(context, { id: toId(id) }).then(() => id);
    return payload('deletedId', named(work, id));
  }
}
