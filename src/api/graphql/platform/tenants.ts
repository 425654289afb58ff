import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { createTenant, type TenantEntry } from '../../../services/platform/tenants/create.ts';
import type { TenantOrderField as OrderField } from '../../../services/platform/tenants/fields.ts';
import { findTenants, listTenants } from '../../../services/platform/tenants/list.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import { payload } from '../server/mutations.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A tenant: its targets and users are seen by no other.',
})
export class Tenant extends Node implements TenantEntry {
  @Field(() => String, {
    description: 'Its name, unique without regard to case; part of the path of its devices.',
  })
  name!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;
}

const { Connection: TenantConnection } = connectionTypes('Tenant', 'tenants', Tenant);

@ArgsType()
class TenantsArgs extends orderedArgs<OrderField>(
  'Tenant',
  'tenants',
  {
    id: 'By the identifier, which is also the order of creation.',
    name: 'By the name, without regard to case.',
    createdAt: 'By the time of creation.',
    createdBy: 'By who created it.',
  },
  'by name',
) {}

@InputType({ description: 'What `createTenant` takes.' })
class CreateTenantInput {
  @Field(() => String, { description: 'Its name: 1 to 40 letters, digits, - and _.' })
  name!: string;

  @Field(() => String, { description: 'The name of its first administrator.' })
  adminUsername!: string;

  @Field(() => String, { description: "The first administrator's password, 12 to 256 characters." })
  adminPassword!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `createTenant` answers.' })
class CreateTenantPayload extends Payload {
  @Field(() => Tenant, { nullable: true, description: 'The tenant; null where refused.' })
  tenant!: Tenant | null;
}

/** A password is hashed, which takes long on purpose. */
const HASH_COST = 1_000;

lookup('Tenant', Tenant, { needs: 'SYSTEM_ADMIN', find: findTenants });

@Resolver(() => Tenant)
export class TenantResolver {
  @Query(() => TenantConnection, {
    description: 'Lists all tenants. Needs SYSTEM_ADMIN.',
    complexity: listCost,
  })
  async tenants(@Args(() => TenantsArgs) args: TenantsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listTenants(context, args), (tenant) => tenant);
  }

  @Mutation(() => CreateTenantPayload, {
    description: 'Creates a tenant with its first administrator. Needs SYSTEM_ADMIN.',
    complexity: HASH_COST,
  })
  createTenant(
    @Arg('input', () => CreateTenantInput, { description: 'What to create.' }) input: CreateTenantInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateTenantPayload> {
    return payload('tenant', createTenant(context, input));
  }
}
