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
import { createTargetFilter } from '../../../services/fleet/target-filters/create.ts';
import { deleteTargetFilter } from '../../../services/fleet/target-filters/delete.ts';
import type { TargetFilterOrderField as OrderField } from '../../../services/fleet/target-filters/fields.ts';
import {
  type TargetFilter as Entity,
  findTargetFilters,
} from '../../../services/fleet/target-filters/find.ts';
import { listTargetFilters } from '../../../services/fleet/target-filters/list.ts';
import { updateTargetFilter } from '../../../services/fleet/target-filters/update.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import {
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({ simpleResolvers: true, description: 'A filter of targets with a name, to be used again.' })
export class TargetFilter extends AuthoredNumberedNode implements Entity {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { description: 'The RSQL expression, as it was written.' })
  filter!: string;
}

@ArgsType()
class TargetFiltersArgs extends orderedArgs<OrderField>('TargetFilter', 'target filters', {
  ...AUTHORED_ORDER,
  name: 'By the name.',
  filter: 'By the expression.',
}) {}

@InputType({ description: 'What `createTargetFilter` takes.' })
class CreateTargetFilterInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => String, { description: 'The RSQL expression, for example `name==sensor* and tag==beta`.' })
  filter!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `createTargetFilter` answers.' })
class CreateTargetFilterPayload extends Payload {
  @Field(() => TargetFilter, { nullable: true, description: 'The created filter; null where refused.' })
  targetFilter!: TargetFilter | null;
}

@InputType({ description: 'What `updateTargetFilter` takes; what is missing stays as it is.' })
class UpdateTargetFilterInput extends idInput('TargetFilter') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'Its new RSQL expression.' })
  filter?: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `updateTargetFilter` answers.' })
class UpdateTargetFilterPayload extends Payload {
  @Field(() => TargetFilter, { nullable: true, description: 'The filter as it is now; null where refused.' })
  targetFilter!: TargetFilter | null;
}

const { Connection: TargetFilterConnection } = connectionTypes(
  'TargetFilter',
  'target filters',
  TargetFilter,
);

lookup('TargetFilter', TargetFilter, {
  what: 'target filter',
  needs: 'READ_TARGET',
  find: findTargetFilters,
});

@Resolver(() => TargetFilter)
export class TargetFilterResolver {
  @Query(() => TargetFilterConnection, {
    description: 'Lists target filters. Needs READ_TARGET.',
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
    description: 'Changes a target filter. Needs UPDATE_TARGET.',
  })
  updateTargetFilter(
    @Arg('input', () => UpdateTargetFilterInput, { description: 'What to change.' })
    input: UpdateTargetFilterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateTargetFilterPayload> {
    return payload('targetFilter', updateTargetFilter(context, input));
  }

  @Mutation(payloadOf('deleteTargetFilter', DeletePayload), {
    description: 'Deletes a target filter. Needs DELETE_TARGET.',
  })
  deleteTargetFilter(
    @Arg('input', inputOf('deleteTargetFilter', idInput('TargetFilter')), { description: 'What to delete.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'TargetFilter', (id) => deleteTargetFilter(context, { id }));
  }
}
