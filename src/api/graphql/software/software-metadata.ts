import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { deleteDistributionSetMetadata } from '../../../services/software/distribution-set-metadata/delete.ts';
import { findMetadataOfSets } from '../../../services/software/distribution-set-metadata/find.ts';
import { setDistributionSetMetadata } from '../../../services/software/distribution-set-metadata/set.ts';
import { deleteModuleMetadata } from '../../../services/software/software-module-metadata/delete.ts';
import { findMetadataOfModules } from '../../../services/software/software-module-metadata/find.ts';
import { setModuleMetadata } from '../../../services/software/software-module-metadata/set.ts';
import { Metadata, MetadataInput } from '../fleet/target-metadata.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { idInput, payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { DistributionSet } from './distribution-sets.ts';
import { SoftwareModule } from './software-modules.ts';

@ObjectType({
  simpleResolvers: true,
  description: "An entry of a software module's metadata: a key with its value.",
})
class SoftwareModuleMetadata extends Metadata {
  @Field(() => Boolean, { description: 'Whether devices that get the module see it.' })
  targetVisible!: boolean;
}

@InputType({ description: 'A metadata entry of a software module to set.' })
class SoftwareModuleMetadataInput extends MetadataInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether devices that get the module see it; false by default.',
  })
  targetVisible?: boolean | null;
}

@InputType({ description: 'What `setSoftwareModuleMetadata` takes.' })
class SetSoftwareModuleMetadataInput extends idInput('SoftwareModule') {
  @Field(() => [SoftwareModuleMetadataInput], {
    description: 'The entries to add or to overwrite; the others stay. A module has at most 100.',
  })
  entries!: SoftwareModuleMetadataInput[];
}

@InputType({ description: 'What `setDistributionSetMetadata` takes.' })
class SetDistributionSetMetadataInput extends idInput('DistributionSet') {
  @Field(() => [MetadataInput], {
    description: 'The entries to add or to overwrite; the others stay. A set has at most 100.',
  })
  entries!: MetadataInput[];
}

@InputType({ description: 'What `deleteSoftwareModuleMetadata` takes.' })
class DeleteSoftwareModuleMetadataInput extends idInput('SoftwareModule') {
  @Field(() => [String], { description: 'The keys of the entries to delete.' })
  keys!: string[];
}

@InputType({ description: 'What `deleteDistributionSetMetadata` takes.' })
class DeleteDistributionSetMetadataInput extends idInput('DistributionSet') {
  @Field(() => [String], { description: 'The keys of the entries to delete.' })
  keys!: string[];
}

@ObjectType({ simpleResolvers: true, description: "What changes of a software module's metadata answer." })
abstract class ModulePayload extends Payload {
  @Field(() => SoftwareModule, {
    nullable: true,
    description: 'The module as it is now; null where refused.',
  })
  softwareModule!: SoftwareModule | null;
}

@ObjectType({ simpleResolvers: true, description: "What changes of a distribution set's metadata answer." })
abstract class SetPayload extends Payload {
  @Field(() => DistributionSet, { nullable: true, description: 'The set as it is now; null where refused.' })
  distributionSet!: DistributionSet | null;
}

/** What each is taken to have, for the cost of a query. */
const USUAL_ENTRIES = 5;
const entriesCost = ({ childComplexity }: { childComplexity: number }) => 1 + USUAL_ENTRIES * childComplexity;

const loadMetadataOfModule = loaderOfLists(findMetadataOfModules);
const loadMetadataOfSet = loaderOfLists(findMetadataOfSets);

@Resolver(() => SoftwareModule)
export class SoftwareModuleMetadataResolver {
  @Needs('READ_SOFTWARE_MODULE')
  @FieldResolver(() => [SoftwareModuleMetadata], {
    description: 'Its metadata, in the order of the keys.',
    complexity: entriesCost,
  })
  metadata(
    @Root() { id }: SoftwareModule,
    @Ctx() context: GraphqlContext,
  ): Promise<SoftwareModuleMetadata[]> {
    return loadMetadataOfModule(context, id);
  }

  @Mutation(payloadOf('setSoftwareModuleMetadata', ModulePayload), {
    description: 'Adds or overwrites metadata of a software module. Needs UPDATE_SOFTWARE_MODULE.',
  })
  setSoftwareModuleMetadata(
    @Arg('input', () => SetSoftwareModuleMetadataInput, { description: 'Which module, and which entries.' })
    input: SetSoftwareModuleMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ModulePayload> {
    return payload('softwareModule', setModuleMetadata(context, input));
  }

  @Mutation(payloadOf('deleteSoftwareModuleMetadata', ModulePayload), {
    description: "Deletes entries of a software module's metadata. Needs UPDATE_SOFTWARE_MODULE.",
  })
  deleteSoftwareModuleMetadata(
    @Arg('input', () => DeleteSoftwareModuleMetadataInput, {
      description: 'Which module, and which keys.',
    })
    input: DeleteSoftwareModuleMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ModulePayload> {
    const work = deleteModuleMetadata(context, input);
    return payload('softwareModule', work);
  }
}

@Resolver(() => DistributionSet)
export class DistributionSetMetadataResolver {
  @Needs('READ_DISTRIBUTION_SET')
  @FieldResolver(() => [Metadata], {
    description: 'Its metadata, in the order of the keys.',
    complexity: entriesCost,
  })
  metadata(@Root() { id }: DistributionSet, @Ctx() context: GraphqlContext): Promise<Metadata[]> {
    return loadMetadataOfSet(context, id);
  }

  @Mutation(payloadOf('setDistributionSetMetadata', SetPayload), {
    description: 'Adds or overwrites metadata of a distribution set. Needs UPDATE_DISTRIBUTION_SET.',
  })
  setDistributionSetMetadata(
    @Arg('input', () => SetDistributionSetMetadataInput, { description: 'Which set, and which entries.' })
    input: SetDistributionSetMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetPayload> {
    const work = setDistributionSetMetadata(context, input);
    return payload('distributionSet', work);
  }

  @Mutation(payloadOf('deleteDistributionSetMetadata', SetPayload), {
    description: "Deletes entries of a distribution set's metadata. Needs UPDATE_DISTRIBUTION_SET.",
  })
  deleteDistributionSetMetadata(
    @Arg('input', () => DeleteDistributionSetMetadataInput, {
      description: 'Which set, and which keys.',
    })
    input: DeleteDistributionSetMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetPayload> {
    const work = deleteDistributionSetMetadata(context, input);
    return payload('distributionSet', work);
  }
}
