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
import { deleteDistributionSetMetadata } from '../../services/distribution-set-metadata/delete.ts';
import { setDistributionSetMetadata } from '../../services/distribution-set-metadata/set.ts';
import { deleteModuleMetadata } from '../../services/software-module-metadata/delete.ts';
import { setModuleMetadata } from '../../services/software-module-metadata/set.ts';
import { IdInput, payloadFor } from './building-blocks.ts';
import type { GraphqlContext } from './context.ts';
import { DistributionSet } from './distribution-sets.ts';
import { Payload } from './errors.ts';
import { toId } from './ids.ts';
import { SoftwareModule } from './software-modules.ts';
import { Metadata, MetadataInput } from './target-metadata.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'What is noted of a software module: a key with its value.',
})
class SoftwareModuleMetadata extends Metadata {
  @Field(() => Boolean, { description: 'Whether devices that get the module are told.' })
  targetVisible!: boolean;
}

@InputType({ description: 'A metadata entry of a software module to set.' })
class SoftwareModuleMetadataInput extends MetadataInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether devices that get the module are told; false unless given.',
  })
  targetVisible?: boolean | null;
}

@InputType({ description: 'What `setSoftwareModuleMetadata` takes.' })
class SetSoftwareModuleMetadataInput extends IdInput {
  @Field(() => [SoftwareModuleMetadataInput], {
    description: 'The entries to add or to overwrite; the others stay. A module has 100 at the most.',
  })
  entries!: SoftwareModuleMetadataInput[];
}

@InputType({ description: 'What `setDistributionSetMetadata` takes.' })
class SetDistributionSetMetadataInput extends IdInput {
  @Field(() => [MetadataInput], {
    description: 'The entries to add or to overwrite; the others stay. A set has 100 at the most.',
  })
  entries!: MetadataInput[];
}

@InputType({ description: 'Which entries of what.' })
abstract class KeysInput extends IdInput {
  @Field(() => [String], { description: 'The keys of the entries that go.' })
  keys!: string[];
}

@InputType({ description: 'What `deleteSoftwareModuleMetadata` takes.' })
class DeleteSoftwareModuleMetadataInput extends KeysInput {}

@InputType({ description: 'What `deleteDistributionSetMetadata` takes.' })
class DeleteDistributionSetMetadataInput extends KeysInput {}

@ObjectType({ simpleResolvers: true, description: "What changes of a software module's metadata answer." })
abstract class ModulePayload extends Payload {
  @Field(() => SoftwareModule, {
    nullable: true,
    description: 'The module as it is now; null where refused.',
  })
  softwareModule!: SoftwareModule | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `setSoftwareModuleMetadata` answers.' })
class SetSoftwareModuleMetadataPayload extends ModulePayload {}

@ObjectType({ simpleResolvers: true, description: 'What `deleteSoftwareModuleMetadata` answers.' })
class DeleteSoftwareModuleMetadataPayload extends ModulePayload {}

@ObjectType({ simpleResolvers: true, description: "What changes of a distribution set's metadata answer." })
abstract class SetPayload extends Payload {
  @Field(() => DistributionSet, { nullable: true, description: 'The set as it is now; null where refused.' })
  distributionSet!: DistributionSet | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `setDistributionSetMetadata` answers.' })
class SetDistributionSetMetadataPayload extends SetPayload {}

@ObjectType({ simpleResolvers: true, description: 'What `deleteDistributionSetMetadata` answers.' })
class DeleteDistributionSetMetadataPayload extends SetPayload {}

/** What each is taken to have, for the cost of a query. */
const USUAL_ENTRIES = 5;
const entriesCost = ({ childComplexity }: { childComplexity: number }) => 1 + USUAL_ENTRIES * childComplexity;

@Resolver(() => SoftwareModule)
export class SoftwareModuleMetadataResolver {
  @FieldResolver(() => [SoftwareModuleMetadata], {
    description: 'What is noted of it, by key.',
    complexity: entriesCost,
  })
  metadata(
    @Root() { id }: SoftwareModule,
    @Ctx() { loaders }: GraphqlContext,
  ): Promise<SoftwareModuleMetadata[]> {
    return loaders.metadataOfModules.load(id);
  }

  @Mutation(() => SetSoftwareModuleMetadataPayload, {
    description: 'Adds or overwrites metadata of a software module. Needs UPDATE_SOFTWARE_MODULE.',
  })
  setSoftwareModuleMetadata(
    @Arg('input', () => SetSoftwareModuleMetadataInput, { description: 'Which module, and which entries.' })
    input: SetSoftwareModuleMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetSoftwareModuleMetadataPayload> {
    return payloadFor(input, 'softwareModule', setModuleMetadata(context, { ...input, id: toId(input.id) }));
  }

  @Mutation(() => DeleteSoftwareModuleMetadataPayload, {
    description: 'Takes entries of metadata away from a software module. Needs UPDATE_SOFTWARE_MODULE.',
  })
  deleteSoftwareModuleMetadata(
    @Arg('input', () => DeleteSoftwareModuleMetadataInput, { description: 'Which module, and which keys.' })
    input: DeleteSoftwareModuleMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeleteSoftwareModuleMetadataPayload> {
    const work = deleteModuleMetadata(context, { ...input, id: toId(input.id) });
    return payloadFor(input, 'softwareModule', work);
  }
}

@Resolver(() => DistributionSet)
export class DistributionSetMetadataResolver {
  @FieldResolver(() => [Metadata], { description: 'What is noted of it, by key.', complexity: entriesCost })
  metadata(@Root() { id }: DistributionSet, @Ctx() { loaders }: GraphqlContext): Promise<Metadata[]> {
    return loaders.metadataOfSets.load(id);
  }

  @Mutation(() => SetDistributionSetMetadataPayload, {
    description: 'Adds or overwrites metadata of a distribution set. Needs UPDATE_DISTRIBUTION_SET.',
  })
  setDistributionSetMetadata(
    @Arg('input', () => SetDistributionSetMetadataInput, { description: 'Which set, and which entries.' })
    input: SetDistributionSetMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetDistributionSetMetadataPayload> {
    const work = setDistributionSetMetadata(context, { ...input, id: toId(input.id) });
    return payloadFor(input, 'distributionSet', work);
  }

  @Mutation(() => DeleteDistributionSetMetadataPayload, {
    description: 'Takes entries of metadata away from a distribution set. Needs UPDATE_DISTRIBUTION_SET.',
  })
  deleteDistributionSetMetadata(
    @Arg('input', () => DeleteDistributionSetMetadataInput, { description: 'Which set, and which keys.' })
    input: DeleteDistributionSetMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeleteDistributionSetMetadataPayload> {
    const work = deleteDistributionSetMetadata(context, { ...input, id: toId(input.id) });
    return payloadFor(input, 'distributionSet', work);
  }
}
