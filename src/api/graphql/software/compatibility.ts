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
import {
  addCompatibleSetTypes,
  findCompatibleSetTypes,
  removeCompatibleSetTypes,
} from '../../../services/fleet/target-types/compatible-set-types.ts';
import { TargetType } from '../fleet/target-types.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { idInput, inputOf, payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { asPlaced } from '../server/selections.ts';
import { DistributionSetType } from './distribution-set-types.ts';

@InputType({ description: 'A target type and distribution set types.' })
abstract class SetTypesInput extends idInput('TargetType') {
  @Field(() => [idOf('DistributionSetType')], { description: 'Which distribution set types.' })
  distributionSetTypeIds!: number[];
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

const changed = (
  context: GraphqlContext,
  { id, distributionSetTypeIds: setTypeIds }: SetTypesInput,
  verb: typeof addCompatibleSetTypes,
) =>
  asPlaced(payload('targetType', verb(context, { id, setTypeIds })), {
    setTypeIds: ['distributionSetTypeIds'],
  });

/** What a target type is taken to have, for the cost of a query. */
const USUAL_SET_TYPES = 3;

const loadCompatibleSetTypes = loaderOfLists(findCompatibleSetTypes);

@Resolver(() => TargetType)
export class CompatibilityResolver {
  @Needs('READ_DISTRIBUTION_SET_TYPE')
  @FieldResolver(() => [DistributionSetType], {
    description: 'The distribution set types that its targets take; all types where the list is empty.',
    complexity: ({ childComplexity }) => 1 + USUAL_SET_TYPES * childComplexity,
  })
  compatibleDistributionSetTypes(
    @Root() { id }: TargetType,
    @Ctx() context: GraphqlContext,
  ): Promise<DistributionSetType[]> {
    return loadCompatibleSetTypes(context, id);
  }

  @Mutation(payloadOf('addCompatibleDistributionSetTypes', TargetTypePayload), {
    description:
      'Makes distribution set types compatible with a target type. Needs UPDATE_TARGET_TYPE and READ_DISTRIBUTION_SET_TYPE.',
  })
  addCompatibleDistributionSetTypes(
    @Arg('input', inputOf('addCompatibleDistributionSetTypes', SetTypesInput), {
      description: 'Which target type, and which distribution set types.',
    })
    input: SetTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetTypePayload> {
    return changed(context, input, addCompatibleSetTypes);
  }

  @Mutation(payloadOf('removeCompatibleDistributionSetTypes', TargetTypePayload), {
    description:
      'Makes distribution set types incompatible with a target type. Needs UPDATE_TARGET_TYPE and READ_DISTRIBUTION_SET_TYPE.',
  })
  removeCompatibleDistributionSetTypes(
    @Arg('input', inputOf('removeCompatibleDistributionSetTypes', SetTypesInput), {
      description: 'Which target type, and which distribution set types.',
    })
    input: SetTypesInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetTypePayload> {
    return changed(context, input, removeCompatibleSetTypes);
  }
}
