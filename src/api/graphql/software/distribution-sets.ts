import { Args, ArgsType, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { findDistributionSetTypes } from '../../../services/software/distribution-set-types/find.ts';
import type { DistributionSet as Entity } from '../../../services/software/distribution-sets/distribution-set.ts';
import type { DistributionSetOrderField as OrderField } from '../../../services/software/distribution-sets/fields.ts';
import {
  findDistributionSets,
  findModulesOfSets,
} from '../../../services/software/distribution-sets/find.ts';
import { listDistributionSets } from '../../../services/software/distribution-sets/list.ts';
import { suggestTargetFilters } from '../../../services/software/distribution-sets/target-filter.ts';
import { AUTHORED_ORDER, AuthoredNumberedNode, orderedArgsWithDeleted } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { loaderOf, loaderOfFound, loaderOfLists } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { Needs } from '../server/needs.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { DistributionSetType } from './distribution-set-types.ts';
import { SoftwareModule } from './software-modules.ts';

@ObjectType({ simpleResolvers: true, description: 'Software modules that are assigned to targets together.' })
export class DistributionSet extends AuthoredNumberedNode {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its version; unique together with the name.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  description!: string | null;

  @Field(() => Boolean, { description: 'Whether devices must not leave it out on their way to a later one.' })
  requiredMigrationStep!: boolean;

  @Field(() => Boolean, { description: 'Whether its modules can change no more, as it was used.' })
  locked!: boolean;

  @Field(() => Boolean, { description: 'False after it was invalidated, which cannot be undone.' })
  valid!: boolean;

  @Field(() => Boolean, { description: 'Whether it was deleted while history referred to it.' })
  deleted!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether it can be assigned: it has all modules that its type asks for, and these all files.',
  })
  complete!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'RSQL: the targets that it is for; null if it is for all. It is assigned to others only if `ignoreTargetFilter` says so.',
  })
  targetFilter!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'What the updates for SWUpdate and RAUC in a set say about the devices that they are for.',
})
class TargetFilterSuggestion {
  @Field(() => String, { nullable: true, description: 'RSQL over targets; null if it cannot be told.' })
  filter!: string | null;

  @Field(() => [String], {
    description:
      'The keys of the attributes that it compares, as `hardware.attribute.swupdate` and `hardware.attribute.rauc` of the tenant configuration say.',
  })
  attributes!: string[];

  @Field(() => Boolean, {
    description: 'Whether a device reports these attributes: otherwise no target would match.',
  })
  reported!: boolean;

  @Field(() => [String], { description: 'What could not be told of which file, and why, in English.' })
  notes!: string[];
}

@ArgsType()
class DistributionSetsArgs extends orderedArgsWithDeleted<OrderField>(
  'DistributionSet',
  'distribution sets',
  {
    ...AUTHORED_ORDER,
    type: 'By the key of the type.',
    name: 'By the name.',
    version: 'By the version, as a text.',
    valid: 'Those that were invalidated first.',
    description: 'By the description.',
  },
) {}

/** What a set is taken to have, for the cost of a query. */
const USUAL_MODULES = 3;

const { Connection } = connectionTypes('DistributionSet', 'distribution sets', DistributionSet);

export const loadDistributionSet = loaderOfFound(findDistributionSets);
const loadType = loaderOfFound(findDistributionSetTypes);
const loadSuggestion = loaderOf(suggestTargetFilters);
const loadModules = loaderOfLists(findModulesOfSets);

lookup('DistributionSet', DistributionSet, { needs: 'READ_DISTRIBUTION_SET', find: findDistributionSets });

@Resolver(() => DistributionSet)
export class DistributionSetResolver {
  @Query(() => Connection, {
    description: 'Lists distribution sets. Needs READ_DISTRIBUTION_SET.',
    complexity: listCost,
  })
  async distributionSets(
    @Args(() => DistributionSetsArgs) { softDeleted, ...page }: DistributionSetsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listDistributionSets(context, page, softDeleted), (set) => set);
  }

  @Needs('READ_DISTRIBUTION_SET_TYPE')
  @FieldResolver(() => DistributionSetType, {
    nullable: true,
    description: 'Its type.',
  })
  type(@Root() { type }: Entity, @Ctx() context: GraphqlContext): Promise<DistributionSetType | null> {
    return loadType(context, type.id);
  }

  @Needs('READ_SOFTWARE_MODULE')
  @FieldResolver(() => TargetFilterSuggestion, {
    nullable: true,
    description:
      'The `targetFilter` that its files suggest; null if none of them is an update for SWUpdate or RAUC. Looks at the first 100 files.',
    complexity: 5,
  })
  suggestedTargetFilter(
    @Root() { id }: Entity,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetFilterSuggestion | null> {
    return loadSuggestion(context, id);
  }

  @Needs('READ_SOFTWARE_MODULE')
  @FieldResolver(() => [SoftwareModule], {
    description: 'Its modules, by id: those that the caller may read.',
    complexity: ({ childComplexity }) => 1 + USUAL_MODULES * childComplexity,
  })
  modules(@Root() { id }: DistributionSet, @Ctx() context: GraphqlContext): Promise<SoftwareModule[]> {
    return loadModules(context, id);
  }
}
