import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import {
  addCompatibleSetTypes,
  removeCompatibleSetTypes,
} from '../../services/target-types/compatible-set-types.ts';
import { IdInput, payloadFor } from './building-blocks.ts';
import type { GraphqlContext } from './context.ts';
import { DistributionSetType } from './distribution-set-types.ts';
import { Payload } from './errors.ts';
import { toId } from './ids.ts';
import { TargetType } from './target-types.ts';

@InputType({ description: 'A target type and distribution set types.' })
abstract class SetTypesInput extends IdInput {
  @Field(() => [ID], { description: 'Which distribution set types.' })
  setTypeIds!: string[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'What changes of the compatibility of a target type answer.',
})
abstract class TargetTypePayload extends Payload {
  @Field(() => TargetType, {
    nullable: true,
    description: 'The target type as it is now; null where refused.',
  })
  targetType!: TargetType | null;
}

@InputType({ description: 'What `addCompatibleDistributionSetTypes` takes.' })
class AddCompatibleDistributionSetTypesInput extends SetTypesInput {}

@ObjectType({ simpleResolvers: true, description: 'What `addCompatibleDistributionSetTypes` answers.' })
class AddCompatibleDistributionSetTypesPayload extends TargetTypePayload {}

@InputType({ description: 'What `removeCompatibleDistributionSetTypes` takes.' })
class RemoveCompatibleDistributionSetTypesInput extends SetTypesInput {}

@ObjectType({ simpleResolvers: true, description: 'What `removeCompatibleDistributionSetTypes` answers.' })
class RemoveCompatibleDistributionSetTypesPayload extends TargetTypePayload {}

/** What a target type is taken to have, for the cost of a query. */
const USUAL_SET_TYPES = 3;

@Resolver(() => TargetType)
export class CompatibilityResolver {
  @FieldResolver(() => [DistributionSetType], {
    description:
      'The distribution set types that suit its targets; any does where there is none. Needs READ_DISTRIBUTION_SET_TYPE.',
    complexity: ({ childComplexity }) => 1 + USUAL_SET_TYPES * childComplexity,
  })
  compatibleDistributionSetTypes(
    @Root() { id }: TargetType,
    @Ctx() { loaders }: GraphqlContext,
  ): Promise<DistributionSetType[]> {
    return loaders.compatibleSetTypes.load(id);
  }

  @Mutation(() => AddCompatibleDistributionSetTypesPayload, {
    description:
      'Says that sets of some types suit targets of a type. Needs UPDATE_TARGET_TYPE and READ_DISTRIBUTION_SET_TYPE.',
  })
  addCompatibleDistributionSetTypes(
    @Arg('input', () => AddCompatibleDistributionSetTypesInput, { description: 'Which suit which.' })
    input: AddCompatibleDistributionSetTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AddCompatibleDistributionSetTypesPayload> {
    return payloadFor(input, 'targetType', addCompatibleSetTypes(context, numbersOf(input)));
  }

  @Mutation(() => RemoveCompatibleDistributionSetTypesPayload, {
    description:
      "Says that sets of some types don't suit targets of a type any more. Needs UPDATE_TARGET_TYPE and READ_DISTRIBUTION_SET_TYPE.",
  })
  removeCompatibleDistributionSetTypes(
    @Arg('input', () => RemoveCompatibleDistributionSetTypesInput, { description: "Which don't suit which." })
    input: RemoveCompatibleDistributionSetTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RemoveCompatibleDistributionSetTypesPayload> {
    return payloadFor(input, 'targetType', removeCompatibleSetTypes(context, numbersOf(input)));
  }
}

const numbersOf = ({ id, setTypeIds }: SetTypesInput) => ({ id: toId(id), setTypeIds: setTypeIds.map(toId) });
