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
import { findSoftwareModuleTypes } from '../../../services/software/software-module-types/find.ts';
import { createSoftwareModules } from '../../../services/software/software-modules/create.ts';
import { deleteSoftwareModule } from '../../../services/software/software-modules/delete.ts';
import type { SoftwareModuleOrderField as OrderField } from '../../../services/software/software-modules/fields.ts';
import { findSoftwareModules } from '../../../services/software/software-modules/find.ts';
import { listSoftwareModules } from '../../../services/software/software-modules/list.ts';
import type { SoftwareModule as Entity } from '../../../services/software/software-modules/software-module.ts';
import { updateSoftwareModule } from '../../../services/software/software-modules/update.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgsWithDeleted } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
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
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { type TypeChoice, typeChoiceOf, withType } from '../server/selections.ts';
import { SoftwareModuleType } from './software-module-types.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A version of a piece of software, with its files; sets are made of modules.',
})
export class SoftwareModule extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its version; unique together with the type and the name.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => String, { nullable: true, description: 'Who makes it.' })
  vendor!: string | null;

  @Field(() => Boolean, { description: 'Whether it is locked: its files cannot change.' })
  locked!: boolean;

  @Field(() => Boolean, { description: 'Whether it was deleted while a distribution set had it.' })
  deleted!: boolean;

  @Field(() => Boolean, { description: 'Whether it has as many artifacts as its type asks for.' })
  complete!: boolean;
}

@ArgsType()
class SoftwareModulesArgs extends orderedArgsWithDeleted<OrderField>('SoftwareModule', 'software modules', {
  ...AUTHORED_ORDER,
  type: 'By the key of the type.',
  name: 'By the name.',
  version: 'By the version, as a text.',
  description: 'By the description.',
  vendor: 'By the vendor.',
}) {}

const SoftwareModuleTypeChoice = typeChoiceOf('SoftwareModuleType');

@InputType({ description: 'A software module to create.' })
class SoftwareModuleInput {
  @Field(() => SoftwareModuleTypeChoice, { description: 'Its type.' })
  type!: TypeChoice;

  @Field(() => String, { description: 'Its name, at most 128 characters.' })
  name!: string;

  @Field(() => String, { description: 'Its version, at most 64 characters.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, at most 512 characters.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'Who makes it, at most 256 characters.' })
  vendor?: string | null;
}

@InputType({ description: 'What `createSoftwareModules` takes.' })
class CreateSoftwareModulesInput extends BulkInput {
  @Field(() => [SoftwareModuleInput], { description: 'The modules to create.' })
  softwareModules!: SoftwareModuleInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createSoftwareModules` answers.' })
class CreateSoftwareModulesPayload extends Payload {
  @Field(() => [SoftwareModule], { description: 'The created modules, in the order of the input.' })
  softwareModules!: SoftwareModule[];
}

@InputType({ description: 'What `updateSoftwareModule` takes; what is missing stays as it is.' })
class UpdateSoftwareModuleInput extends idInput('SoftwareModule') {
  @Field(() => String, { nullable: true, description: 'Its new description; null for none.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'Its new vendor; null for none.' })
  vendor?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is locked: its files cannot change.' })
  locked?: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What `updateSoftwareModule` answers.' })
class UpdateSoftwareModulePayload extends Payload {
  @Field(() => SoftwareModule, {
    nullable: true,
    description: 'The module as it is now; null where refused.',
  })
  softwareModule!: SoftwareModule | null;
}

const { Connection } = connectionTypes('SoftwareModule', 'software modules', SoftwareModule);

const loadType = loaderOfFound(findSoftwareModuleTypes);

lookup('SoftwareModule', SoftwareModule, { needs: 'READ_SOFTWARE_MODULE', find: findSoftwareModules });

@Resolver(() => SoftwareModule)
export class SoftwareModuleResolver {
  @Query(() => Connection, {
    description: 'Lists software modules. Needs READ_SOFTWARE_MODULE.',
    complexity: listCost,
  })
  async softwareModules(
    @Args(() => SoftwareModulesArgs) { softDeleted, ...page }: SoftwareModulesArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listSoftwareModules(context, page, softDeleted), (module) => module);
  }

  @Needs('READ_SOFTWARE_MODULE_TYPE')
  @FieldResolver(() => SoftwareModuleType, {
    nullable: true,
    description: 'Its type.',
  })
  type(@Root() { type }: Entity, @Ctx() context: GraphqlContext): Promise<SoftwareModuleType | null> {
    return loadType(context, type.id);
  }

  @Mutation(() => CreateSoftwareModulesPayload, {
    description: 'Creates software modules. Needs CREATE_SOFTWARE_MODULE.',
  })
  createSoftwareModules(
    @Arg('input', () => CreateSoftwareModulesInput, { description: 'What to create, and how.' })
    input: CreateSoftwareModulesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateSoftwareModulesPayload> {
    const softwareModules = input.softwareModules.map(withType);
    return creation('softwareModules', createSoftwareModules(context, { ...input, softwareModules }));
  }

  @Mutation(() => UpdateSoftwareModulePayload, {
    description: 'Changes a software module, locks or unlocks it. Needs UPDATE_SOFTWARE_MODULE.',
  })
  updateSoftwareModule(
    @Arg('input', () => UpdateSoftwareModuleInput, { description: 'What to change.' })
    input: UpdateSoftwareModuleInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateSoftwareModulePayload> {
    const work = updateSoftwareModule(context, input);
    return payload('softwareModule', work);
  }

  @Mutation(payloadOf('deleteSoftwareModule', DeletePayload), {
    description:
      'Deletes a software module with its files. A module that distribution sets have is only marked as deleted, but its files are deleted. Needs DELETE_SOFTWARE_MODULE.',
  })
  deleteSoftwareModule(
    @Arg('input', inputOf('deleteSoftwareModule', idInput('SoftwareModule')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'SoftwareModule', (id) => deleteSoftwareModule(context, { id }));
  }
}
