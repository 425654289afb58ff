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
import { findTargetMetadata } from '../../../services/fleet/target-metadata/find.ts';
import type { GraphqlContext } from '../server/context.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { ChangedTargetsPayload, changeSelected, SelectedTargetsInput } from './selected-targets.ts';
import { Target, type TargetView } from './targets.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'What administrators note of a target or of software: a key with its value.',
})
export class Metadata {
  @Field(() => String, { description: 'The key, unique in what it is about.' })
  key!: string;

  @Field(() => String, { description: 'The value.' })
  value!: string;
}

@InputType({ description: 'A metadata entry to set.' })
export class MetadataInput {
  @Field(() => String, { description: 'The key, at most 128 characters.' })
  key!: string;

  @Field(() => String, { description: 'The value, at most 4000 characters.' })
  value!: string;
}

@InputType({
  description: 'What `setTargetMetadata` takes.',
})
class SetTargetMetadataInput extends SelectedTargetsInput {
  @Field(() => [MetadataInput], {
    description: 'The entries to add or to overwrite; the others stay. A target has 100 at the most.',
  })
  entries!: MetadataInput[];
}

@InputType({
  description: 'What `deleteTargetMetadata` takes.',
})
class DeleteTargetMetadataInput extends SelectedTargetsInput {
  @Field(() => [String], { description: 'The keys of the entries that go; a target need not have them.' })
  keys!: string[];
}

/** What a target is taken to have, for the cost of a query. */
const USUAL_ENTRIES = 5;

const loadMetadata = loaderOfLists(findTargetMetadata);

@Resolver(() => Target)
export class TargetMetadataResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => [Metadata], {
    description: 'What administrators note of it, in the order of the keys.',
    complexity: ({ childComplexity }) => 1 + USUAL_ENTRIES * childComplexity,
  })
  metadata(@Root() { id }: TargetView, @Ctx() context: GraphqlContext): Promise<Metadata[]> {
    return loadMetadata(context, id);
  }

  @Mutation(payloadOf('setTargetMetadata', ChangedTargetsPayload), {
    description:
      'Sets metadata of targets; of none where one of those named is missing or would have too much. Needs UPDATE_TARGET.',
  })
  setTargetMetadata(
    @Arg('input', () => SetTargetMetadataInput, { description: 'What to set, and of which targets.' })
    input: SetTargetMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'set_target_metadata', input);
  }

  @Mutation(payloadOf('deleteTargetMetadata', ChangedTargetsPayload), {
    description:
      'Takes metadata from targets; from none where one of those named is missing. Needs UPDATE_TARGET.',
  })
  deleteTargetMetadata(
    @Arg('input', () => DeleteTargetMetadataInput, { description: 'What to take, and from which targets.' })
    input: DeleteTargetMetadataInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ChangedTargetsPayload> {
    return changeSelected(context, 'delete_target_metadata', input);
  }
}
