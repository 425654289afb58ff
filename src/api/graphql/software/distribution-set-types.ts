import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { createDistributionSetTypes } from '../../../services/software/distribution-set-types/create.ts';
import { deleteDistributionSetType } from '../../../services/software/distribution-set-types/delete.ts';
import type { DistributionSetType as Entity } from '../../../services/software/distribution-set-types/distribution-set-type.ts';
import type { DistributionSetTypeOrderField as OrderField } from '../../../services/software/distribution-set-types/fields.ts';
import { findDistributionSetTypes } from '../../../services/software/distribution-set-types/find.ts';
import { listDistributionSetTypes } from '../../../services/software/distribution-set-types/list.ts';
import { findModuleTypesOfSetTypes } from '../../../services/software/distribution-set-types/module-types.ts';
import { setModuleTypeOfSets } from '../../../services/software/distribution-set-types/set-module-type.ts';
import { updateDistributionSetType } from '../../../services/software/distribution-set-types/update.ts';
import { AUTHORED_ORDER, orderedArgsWithDeleted } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOfLists } from '../server/loaders.ts';
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
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { SoftwareModuleType } from './software-module-types.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A module type that sets of a type must have, or may have.',
})
class ModuleTypeOfSets {
  @Field(() => SoftwareModuleType, { description: 'The module type.' })
  moduleType!: SoftwareModuleType;

  @Field(() => Boolean, { description: 'Whether a set without a module of it is incomplete.' })
  mandatory!: boolean;
}

/** What a set type is taken to have, for the cost of a query. */
const USUAL_MODULE_TYPES = 3;

@ObjectType({
  simpleResolvers: true,
  description: 'A kind of distribution set: which modules its sets must have, and may have.',
})
export class DistributionSetType extends TypeOfSoftware implements Entity {}

@ArgsType()
class DistributionSetTypesArgs extends orderedArgsWithDeleted<OrderField>(
  'DistributionSetType',
  'distribution set types',
  { ...AUTHORED_ORDER, key: 'By the key.', name: 'By the name.', description: 'By the description.' },
) {}

@InputType({ description: 'A distribution set type to create.' })
class DistributionSetTypeInput extends TypeOfSoftwareInput {
  @Field(() => [idOf('SoftwareModuleType')], {
    defaultValue: [],
    description: 'The module types that every set must have.',
  })
  mandatoryModuleTypeIds!: number[];

  @Field(() => [idOf('SoftwareModuleType')], {
    defaultValue: [],
    description: 'The module types that a set may also have.',
  })
  optionalModuleTypeIds!: number[];
}

@InputType({ description: 'What `createDistributionSetTypes` takes.' })
class CreateDistributionSetTypesInput extends BulkInput {
  @Field(() => [DistributionSetTypeInput], { description: 'The types to create.' })
  distributionSetTypes!: DistributionSetTypeInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createDistributionSetTypes` answers.' })
class CreateDistributionSetTypesPayload extends Payload {
  @Field(() => [DistributionSetType], { description: 'The created types, in the order of the input.' })
  distributionSetTypes!: DistributionSetType[];
}

@InputType({ description: 'What `updateDistributionSetType` takes; what is missing stays as it is.' })
class UpdateDistributionSetTypeInput extends looksUpdate('DistributionSetType') {}

@ObjectType({ simpleResolvers: true, description: 'What changes of a distribution set type answer.' })
abstract class DistributionSetTypePayload extends Payload {
  @Field(() => DistributionSetType, {
    nullable: true,
    description: 'The type as it is now; null where refused.',
  })
  distributionSetType!: DistributionSetType | null;
}

type Role = 'MANDATORY' | 'OPTIONAL' | 'NONE';
const ModuleTypeRole = enumOf<Role>('ModuleTypeRole', 'Whether sets of a type have modules of a type.', {
  MANDATORY: 'A set without one is incomplete.',
  OPTIONAL: 'A set may have some.',
  NONE: 'A set takes none.',
});

@InputType({ description: 'What `setModuleTypeOfSets` takes.' })
class SetModuleTypeOfSetsInput extends idInput('DistributionSetType') {
  @Field(() => idOf('SoftwareModuleType'), { description: 'Which software module type.' })
  moduleTypeId!: number;

  @Field(() => ModuleTypeRole, {
    description: 'Whether sets must have, may have or cannot have modules of it.',
  })
  role!: Role;
}

const { Connection } = connectionTypes('DistributionSetType', 'distribution set types', DistributionSetType);

const loadModuleTypes = loaderOfLists(findModuleTypesOfSetTypes);

lookup('DistributionSetType', DistributionSetType, {
  needs: 'READ_DISTRIBUTION_SET_TYPE',
  find: findDistributionSetTypes,
});

@Resolver(() => DistributionSetType)
export class DistributionSetTypeResolver {
  @Query(() => Connection, {
    description: 'Lists distribution set types. Needs READ_DISTRIBUTION_SET_TYPE.',
    complexity: listCost,
  })
  async distributionSetTypes(
    @Args(() => DistributionSetTypesArgs) { softDeleted, ...page }: DistributionSetTypesArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listDistributionSetTypes(context, page, softDeleted), (type) => type);
  }

  @Needs('READ_SOFTWARE_MODULE_TYPE')
  @FieldResolver(() => [ModuleTypeOfSets], {
    description:
      'The module types that its sets must have, and those they may have, as far as the caller may read them.',
    complexity: ({ childComplexity }) => 1 + USUAL_MODULE_TYPES * childComplexity,
  })
  moduleTypes(
    @Root() { id }: DistributionSetType,
    @Ctx() context: GraphqlContext,
  ): Promise<ModuleTypeOfSets[]> {
    return loadModuleTypes(context, id);
  }

  @Mutation(() => CreateDistributionSetTypesPayload, {
    description: 'Creates distribution set types. Needs CREATE_DISTRIBUTION_SET_TYPE.',
  })
  createDistributionSetTypes(
    @Arg('input', () => CreateDistributionSetTypesInput, { description: 'What to create, and how.' })
    input: CreateDistributionSetTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateDistributionSetTypesPayload> {
    return creation('distributionSetTypes', createDistributionSetTypes(context, input));
  }

  @Mutation(payloadOf('updateDistributionSetType', DistributionSetTypePayload), {
    description: 'Changes a distribution set type. Needs UPDATE_DISTRIBUTION_SET_TYPE.',
  })
  updateDistributionSetType(
    @Arg('input', () => UpdateDistributionSetTypeInput, { description: 'What to change.' })
    input: UpdateDistributionSetTypeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetTypePayload> {
    const work = updateDistributionSetType(context, input);
    return payload('distributionSetType', work);
  }

  @Mutation(payloadOf('setModuleTypeOfSets', DistributionSetTypePayload), {
    description:
      'Says whether sets of a type have modules of a type, as long as there are no such sets. Needs UPDATE_DISTRIBUTION_SET_TYPE.',
  })
  setModuleTypeOfSets(
    @Arg('input', () => SetModuleTypeOfSetsInput, {
      description: 'Which types, and the role of the module type.',
    })
    input: SetModuleTypeOfSetsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetTypePayload> {
    return payload('distributionSetType', setModuleTypeOfSets(context, input));
  }

  @Mutation(payloadOf('deleteDistributionSetType', DeletePayload), {
    description:
      'Deletes a distribution set type; one that sets have stays for these. Needs DELETE_DISTRIBUTION_SET_TYPE.',
  })
  deleteDistributionSetType(
    @Arg('input', inputOf('deleteDistributionSetType', idInput('DistributionSetType')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'DistributionSetType', (id) => deleteDistributionSetType(context, { id }));
  }
}
