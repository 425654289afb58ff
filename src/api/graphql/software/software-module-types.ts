import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { createSoftwareModuleTypes } from '../../../services/software/software-module-types/create.ts';
import { deleteSoftwareModuleType } from '../../../services/software/software-module-types/delete.ts';
import type { SoftwareModuleTypeOrderField as OrderField } from '../../../services/software/software-module-types/fields.ts';
import { findSoftwareModuleTypes } from '../../../services/software/software-module-types/find.ts';
import { listSoftwareModuleTypes } from '../../../services/software/software-module-types/list.ts';
import type { SoftwareModuleType as Entity } from '../../../services/software/software-module-types/software-module-type.ts';
import { updateSoftwareModuleType } from '../../../services/software/software-module-types/update.ts';
import { AUTHORED_ORDER, orderedArgsWithDeleted } from '../server/building-blocks.ts';
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
import { looksUpdate, TypeOfSoftware, TypeOfSoftwareInput } from '../server/named-things.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({ simpleResolvers: true, description: 'A kind of software module: firmware, applications.' })
export class SoftwareModuleType extends TypeOfSoftware implements Entity {
  @Field(() => Int, { description: 'A module with fewer artifacts is incomplete.' })
  minArtifacts!: number;

  @Field(() => Int, { description: 'How many modules of the type a distribution set takes.' })
  maxAssignments!: number;
}

@ArgsType()
class SoftwareModuleTypesArgs extends orderedArgsWithDeleted<OrderField>(
  'SoftwareModuleType',
  'software module types',
  {
    ...AUTHORED_ORDER,
    key: 'By the key.',
    name: 'By the name.',
    description: 'By the description.',
    maxAssignments: 'By how many of its modules a distribution set takes.',
  },
) {}

@InputType({ description: 'A software module type to create.' })
class SoftwareModuleTypeInput extends TypeOfSoftwareInput {
  @Field(() => Int, {
    nullable: true,
    description: 'A module with fewer artifacts is incomplete; 0 by default.',
  })
  minArtifacts?: number | null;

  @Field(() => Int, { description: 'How many modules of the type a distribution set takes: 1 or more.' })
  maxAssignments!: number;
}

@InputType({ description: 'What `createSoftwareModuleTypes` takes.' })
class CreateSoftwareModuleTypesInput extends BulkInput {
  @Field(() => [SoftwareModuleTypeInput], { description: 'The types to create.' })
  softwareModuleTypes!: SoftwareModuleTypeInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createSoftwareModuleTypes` answers.' })
class CreateSoftwareModuleTypesPayload extends Payload {
  @Field(() => [SoftwareModuleType], { description: 'The created types, in the order of the input.' })
  softwareModuleTypes!: SoftwareModuleType[];
}

@InputType({ description: 'What `updateSoftwareModuleType` takes; what is missing stays as it is.' })
class UpdateSoftwareModuleTypeInput extends looksUpdate('SoftwareModuleType') {}

@ObjectType({ simpleResolvers: true, description: 'What `updateSoftwareModuleType` answers.' })
class UpdateSoftwareModuleTypePayload extends Payload {
  @Field(() => SoftwareModuleType, {
    nullable: true,
    description: 'The type as it is now; null where refused.',
  })
  softwareModuleType!: SoftwareModuleType | null;
}

const { Connection } = connectionTypes('SoftwareModuleType', 'software module types', SoftwareModuleType);

lookup('SoftwareModuleType', SoftwareModuleType, {
  needs: 'READ_SOFTWARE_MODULE_TYPE',
  find: findSoftwareModuleTypes,
});

@Resolver(() => SoftwareModuleType)
export class SoftwareModuleTypeResolver {
  @Query(() => Connection, {
    description: 'Lists software module types. Needs READ_SOFTWARE_MODULE_TYPE.',
    complexity: listCost,
  })
  async softwareModuleTypes(
    @Args(() => SoftwareModuleTypesArgs) { softDeleted, ...page }: SoftwareModuleTypesArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listSoftwareModuleTypes(context, page, softDeleted), (type) => type);
  }

  @Mutation(() => CreateSoftwareModuleTypesPayload, {
    description: 'Creates software module types. Needs CREATE_SOFTWARE_MODULE_TYPE.',
  })
  createSoftwareModuleTypes(
    @Arg('input', () => CreateSoftwareModuleTypesInput, { description: 'What to create, and how.' })
    input: CreateSoftwareModuleTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateSoftwareModuleTypesPayload> {
    return creation('softwareModuleTypes', createSoftwareModuleTypes(context, input));
  }

  @Mutation(() => UpdateSoftwareModuleTypePayload, {
    description: 'Changes a software module type. Needs UPDATE_SOFTWARE_MODULE_TYPE.',
  })
  updateSoftwareModuleType(
    @Arg('input', () => UpdateSoftwareModuleTypeInput, { description: 'What to change.' })
    input: UpdateSoftwareModuleTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateSoftwareModuleTypePayload> {
    const work = updateSoftwareModuleType(context, input);
    return payload('softwareModuleType', work);
  }

  @Mutation(payloadOf('deleteSoftwareModuleType', DeletePayload), {
    description:
      'Deletes a software module type. A type in use is only marked as deleted. Needs DELETE_SOFTWARE_MODULE_TYPE.',
  })
  deleteSoftwareModuleType(
    @Arg('input', inputOf('deleteSoftwareModuleType', idInput('SoftwareModuleType')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'SoftwareModuleType', (id) => deleteSoftwareModuleType(context, { id }));
  }
}
