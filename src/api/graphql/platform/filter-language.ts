import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { FilterEntity as EntityName } from '../../../services/platform/filter-language/entities.ts';
import {
  type FilterField as FieldEntity,
  type FilterFieldType as FieldType,
  listFilterFields,
} from '../../../services/platform/filter-language/fields.ts';
import {
  type FilterSuggestion as SuggestionEntity,
  type FilterSuggestionKind as SuggestionKind,
  suggestInFilter,
} from '../../../services/platform/filter-language/suggest.ts';
import {
  type FilterFault as FaultEntity,
  validateFilter,
} from '../../../services/platform/filter-language/validate.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';

const FilterEntity = enumOf<EntityName>('FilterEntity', 'What can be filtered.', {
  target: 'Targets. Needs READ_TARGET.',
  pendingTarget: 'Pending targets. Needs READ_TARGET.',
  targetType: 'Target types. Needs READ_TARGET_TYPE.',
  targetTag: 'Target tags. Needs READ_TARGET.',
  targetGroup: 'Groups of targets. Needs READ_TARGET.',
  targetFilter: 'Target filters. Needs READ_TARGET.',
  distributionSet: 'Distribution sets. Needs READ_DISTRIBUTION_SET.',
  distributionSetType: 'Distribution set types. Needs READ_DISTRIBUTION_SET_TYPE.',
  distributionSetTag: 'Distribution set tags. Needs READ_DISTRIBUTION_SET.',
  softwareModule: 'Software modules. Needs READ_SOFTWARE_MODULE.',
  softwareModuleType: 'Software module types. Needs READ_SOFTWARE_MODULE_TYPE.',
  action: 'Actions. Needs READ_TARGET.',
  rollout: 'Rollouts. Needs READ_ROLLOUT.',
  rolloutGroup: 'Groups of rollouts. Needs READ_ROLLOUT.',
  autoAssignment: 'Auto-assignments. Needs READ_AUTO_ASSIGNMENT.',
  enrollmentGroup: 'Enrollment groups. Needs READ_TENANT_CONFIGURATION.',
  certificateAuthority: 'Certificate authorities. Needs READ_TENANT_CONFIGURATION.',
  webhook: 'Webhooks. Needs READ_TENANT_CONFIGURATION.',
  webhookDelivery: 'Deliveries of webhooks. Needs READ_TENANT_CONFIGURATION and READ_AUDIT.',
  job: 'Jobs.',
  import: 'Imports. Needs CREATE_TARGET.',
  importFault: 'Faults of imports. Needs CREATE_TARGET.',
  user: 'Users. Needs TENANT_ADMIN.',
  role: 'Roles of the tenant. Needs TENANT_ADMIN.',
  apiKey: 'API keys.',
  tenant: 'Tenants. Needs SYSTEM_ADMIN.',
  auditEvent: 'Audit events. Needs READ_AUDIT.',
});

const FilterFieldType = enumOf<FieldType>('FilterFieldType', 'What the values of a field are.', {
  text: 'Text, compared without regard to case.',
  time: 'A moment: ISO 8601, milliseconds since 1970, or a moving one as in docs/filters.md.',
  integer: 'An integer of 64 bits.',
  boolean: 'true or false.',
  enum: 'One of a few words.',
});

@ObjectType({ simpleResolvers: true, description: 'A field that a filter can ask for.' })
class FilterField implements Omit<FieldEntity, 'operators' | 'values' | 'aliases'> {
  @Field(() => String, { description: 'Its name; in a filter case does not matter.' })
  name!: string;

  @Field(() => [String], { description: 'Other names that it has.' })
  aliases!: readonly string[];

  @Field(() => FilterFieldType, { description: 'What its values are.' })
  type!: FieldType;

  @Field(() => Boolean, {
    description: 'Whether a dot and a key follow the name, as in `attribute.hw`.',
  })
  hasKey!: boolean;

  @Field(() => Boolean, {
    description: 'Whether there can be several values; a comparison holds if it does for one of them.',
  })
  hasMany!: boolean;

  @Field(() => [String], { description: 'The operators that it takes, as they are written.' })
  operators!: readonly string[];

  @Field(() => [String], { nullable: true, description: 'The values of an enum; null for other types.' })
  values!: readonly string[] | null;

  @Field(() => String, { description: 'A filter that asks for it.' })
  example!: string;

  @Field(() => String, { description: 'What it says.' })
  description!: string;
}

const FilterSuggestionKind = enumOf<SuggestionKind>('FilterSuggestionKind', 'What a suggestion is.', {
  field: 'A field; one that ends with a dot needs a key.',
  operator: 'An operator.',
  value: 'A value, in quotes if it needs them.',
  word: '`and` or `or`.',
  symbol: 'A parenthesis or a comma.',
});

@ObjectType({ simpleResolvers: true, description: 'What can come at a place of a filter.' })
class FilterSuggestion implements SuggestionEntity {
  @Field(() => FilterSuggestionKind, { description: 'What it is.' })
  kind!: SuggestionKind;

  @Field(() => String, { description: 'What to write.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'What it means, for people.' })
  description!: string | null;

  @Field(() => Int, { description: 'Where to write it: an offset in UTF-16 units.' })
  position!: number;

  @Field(() => Int, { description: 'How many UTF-16 units from there it takes the place of.' })
  length!: number;
}

@ObjectType({ simpleResolvers: true, description: 'Where a filter is wrong.' })
class FilterFault implements FaultEntity {
  @Field(() => String, { description: 'What is wrong, in English.' })
  message!: string;

  @Field(() => Int, { description: 'Where: an offset in UTF-16 units.' })
  position!: number;

  @Field(() => Int, { description: 'How many UTF-16 units are wrong; 0 if something is missing.' })
  length!: number;

  @Field(() => String, { nullable: true, description: 'What could stand there, in English.' })
  expected!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What was probably meant, to be written there instead.',
  })
  suggestion!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Whether a filter can be used.' })
class FilterValidation {
  @Field(() => Boolean, { description: 'Whether it can be used.' })
  valid!: boolean;

  @Field(() => [FilterFault], {
    description:
      'What is wrong, in the order of the text, at most 20; of wrong syntax only the first. Empty if it can be used.',
  })
  faults!: FilterFault[];
}

/** About the fields of the largest entity, each with its parts. */
const FIELDS_COST = 300;
/** It may read what is in use. */
const SUGGESTIONS_COST = 500;

@Resolver()
export class FilterLanguageResolver {
  @Query(() => [FilterField], {
    description:
      'The fields that filters of an entity can ask for, without those that the account may not read. Needs the permission to list the entity.',
    complexity: FIELDS_COST,
  })
  filterFields(
    @Arg('of', () => FilterEntity, { description: 'What is filtered.' }) of: EntityName,
    @Ctx() context: GraphqlContext,
  ): FilterField[] {
    return listFilterFields(context, of);
  }

  @Query(() => [FilterSuggestion], {
    description:
      'What can come at a position of a filter that is being written: fields, operators, words, and at most 20 values in use that the account may read. Empty after a mistake. Needs the permission to list the entity.',
    complexity: SUGGESTIONS_COST,
  })
  filterSuggestions(
    @Arg('of', () => FilterEntity, { description: 'What is filtered.' }) of: EntityName,
    @Arg('text', () => String, { description: 'The filter as far as it is written.' }) text: string,
    @Arg('position', () => Int, {
      nullable: true,
      description: 'Where the writer is: an offset in UTF-16 units. Default: the end of the text.',
    })
    position: number | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<FilterSuggestion[]> {
    return suggestInFilter(context, { of, text, position: position ?? undefined });
  }

  @Query(() => FilterValidation, {
    description:
      'Whether a filter can be used by this account, and where it is wrong if not. Needs the permission to list the entity.',
  })
  async validateFilter(
    @Arg('of', () => FilterEntity, { description: 'What is filtered.' }) of: EntityName,
    @Arg('filter', () => String, { description: 'The filter.' }) filter: string,
    @Ctx() context: GraphqlContext,
  ): Promise<FilterValidation> {
    const faults = await validateFilter(context, of, filter);
    return { valid: !faults.length, faults };
  }
}
