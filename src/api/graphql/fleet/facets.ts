import { Args, ArgsType, Ctx, Field, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import {
  countTargetFacets,
  type TargetFacet as FacetEntity,
  type FacetKind,
  type TargetFacets as FacetsEntity,
  MOST_FACETS,
} from '../../../services/fleet/targets/facets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { OneOf } from '../server/selections.ts';

type Kind = Exclude<FacetKind, 'attribute'>;
const TargetFacetKind = enumOf<Kind>('TargetFacetKind', 'What targets are counted by.', {
  tag: 'Their tags; a target with several counts for each.',
  type: 'Their target type. Needs READ_TARGET_TYPE.',
  group: 'Their group, without regard to case.',
  updateStatus: 'How far they are with their updates.',
  distributionSet: 'The distribution set that they run. Needs READ_DISTRIBUTION_SET.',
});

@ObjectType({ simpleResolvers: true, description: 'Targets that have the same of something.' })
class TargetFacet implements FacetEntity {
  @Field(() => String, {
    nullable: true,
    description:
      'What they have: a name, a word or a value; null if they have none that the account may read.',
  })
  value!: string | null;

  @Field(() => String, { nullable: true, description: 'The version, for distribution sets.' })
  version!: string | null;

  @Field(() => Int, { description: 'How many they are.' })
  count!: number;

  @Field(() => String, {
    description: 'A filter that finds them; use it together with the one that was given.',
  })
  filter!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Targets counted by what they have.' })
class TargetFacets implements FacetsEntity {
  @Field(() => [TargetFacet], { description: 'The counts, the largest first.' })
  facets!: TargetFacet[];

  @Field(() => Boolean, { description: 'Whether there are more than are listed.' })
  hasMore!: boolean;
}

@OneOf()
@InputType({ description: 'What targets are counted by: either a kind of thing, or an attribute.' })
class TargetFacetInput {
  @Field(() => TargetFacetKind, { nullable: true, description: 'What they have one or some of.' })
  kind?: Kind;

  @Field(() => String, {
    nullable: true,
    description: 'The key of an attribute: they are counted by its value, without regard to case.',
  })
  attribute?: string;
}

@ArgsType()
class TargetFacetsArgs {
  @Field(() => String, { nullable: true, description: 'RSQL: which targets are counted; default: all.' })
  filter?: string | null;

  @Field(() => TargetFacetInput, { description: 'What they are counted by.' })
  by!: TargetFacetInput;

  @Field(() => Int, { nullable: true, description: `How many counts, at most ${MOST_FACETS}. Default: 20.` })
  first?: number | null;
}

/** It goes through all targets that match. */
const FACETS_COST = 1_000;

@Resolver()
export class TargetFacetsResolver {
  @Query(() => TargetFacets, {
    description:
      'Counts the targets that the account may read, and that match the filter, by what they have. Needs READ_TARGET.',
    complexity: FACETS_COST,
  })
  targetFacets(
    @Args(() => TargetFacetsArgs) { by, ...args }: TargetFacetsArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetFacets> {
    return countTargetFacets(context, { ...args, by: by.kind ?? 'attribute', key: by.attribute });
  }
}
