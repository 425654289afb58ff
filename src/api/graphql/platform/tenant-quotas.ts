import { GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
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
import type { QuotaKind } from '../../../services/platform/quotas.ts';
import {
  findQuotas,
  listQuotas,
  setTenantQuotas,
  type TenantQuota,
} from '../../../services/platform/tenants/quotas.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOf } from '../server/loaders.ts';
import { payload } from '../server/mutations.ts';
import { Tenant } from './tenants.ts';

const Kind = enumOf<QuotaKind>('QuotaKind', 'What a tenant, or each of its targets, may have so many of.', {
  targets: 'Targets, whoever created them.',
  target_tags: 'Tags of targets.',
  target_types: 'Types of targets.',
  target_filters: 'Target filters.',
  distribution_sets: 'Distribution sets; deleted ones count as long as something refers to them.',
  distribution_set_tags: 'Tags of distribution sets.',
  distribution_set_types: 'Types of distribution sets.',
  software_modules: 'Software modules; deleted ones count as long as something refers to them.',
  software_module_types: 'Types of software modules.',
  artifact_bytes: 'Bytes in all artifacts.',
  auto_assignments: 'Auto-assignments.',
  rollouts: 'Rollouts.',
  users: 'Users.',
  roles: 'Roles of its own.',
  api_keys: 'API keys.',
  webhooks: 'Webhooks.',
  target_groups: 'Different groups that targets are in; at most 50,000.',
  target_attributes: 'Attributes of each target; at most 1,000.',
  target_metadata: 'Metadata entries of each target; at most 1,000.',
  target_actions: 'Actions of each target; at most 10,000.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'How much of something a tenant has, and may have, or each of its targets.',
})
class Quota implements TenantQuota {
  @Field(() => Kind, { description: 'Of what.' })
  kind!: QuotaKind;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'How much there is; null for what each target may have, and for groups, which are not counted.',
  })
  used!: number | null;

  @Field(() => GraphQLSafeInt, { description: 'How much there may be.' })
  limit!: number;

  @Field(() => Boolean, { description: 'Whether the limit is that of all tenants.' })
  isDefault!: boolean;
}

@InputType({ description: 'The limit of one thing.' })
class QuotaInput {
  @Field(() => Kind, { description: 'Of what.' })
  kind!: QuotaKind;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'How much there may be; null gives the limit of all tenants again.',
  })
  limit?: number | null;
}

@InputType({ description: 'What `setTenantQuotas` takes.' })
class SetTenantQuotasInput {
  @Field(() => idOf('Tenant'), { description: 'Which tenant.' })
  tenantId!: number;

  @Field(() => [QuotaInput], { description: 'The limits to set; others stay.' })
  quotas!: QuotaInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What `setTenantQuotas` answers.' })
class SetTenantQuotasPayload extends Payload {
  @Field(() => Tenant, { nullable: true, description: 'The tenant; null where refused.' })
  tenant!: Tenant | null;
}

const loadQuotas = loaderOf(findQuotas);

@Resolver(() => Tenant)
export class TenantQuotaResolver {
  @Query(() => [Quota], {
    description: "What the caller's tenant has, and may have. Needs READ_TENANT_CONFIGURATION.",
  })
  tenantQuotas(@Ctx() context: GraphqlContext): Promise<Quota[]> {
    return listQuotas(context);
  }

  @FieldResolver(() => [Quota], { description: 'What it has, and may have.' })
  quotas(@Root() { id }: Tenant, @Ctx() context: GraphqlContext): Promise<Quota[]> {
    return loadQuotas(context, id);
  }

  @Mutation(() => SetTenantQuotasPayload, {
    description:
      'Sets how much a tenant may have. One that has more keeps it, and gets nothing more. Needs SYSTEM_ADMIN.',
  })
  setTenantQuotas(
    @Arg('input', () => SetTenantQuotasInput, { description: 'What to set.' }) input: SetTenantQuotasInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SetTenantQuotasPayload> {
    return payload('tenant', setTenantQuotas(context, input));
  }
}
