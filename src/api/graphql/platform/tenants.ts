import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { createTenant, type TenantEntry } from '../../../services/platform/tenants/create.ts';
import { findTenants, listTenants } from '../../../services/platform/tenants/list.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import { payload } from '../server/mutations.ts';
import { NameListArgs, nameConnection } from '../server/name-lists.ts';
import { Node } from '../server/node.ts';
import { connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A tenant: its targets and users are seen by no other.',
})
class Tenant extends Node implements TenantEntry {
  @Field(() => String, {
    description: 'Its name, unique without regard to case; part of the path of its devices.',
  })
  name!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;
}

const { UncountedConnection: TenantConnection } = connectionTypes('Tenant', 'tenants', Tenant);

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
    description: 'Lists all tenants by name. Needs SYSTEM_ADMIN.',
    complexity: listCost,
  })
  tenants(@Args(() => NameListArgs) args: NameListArgs, @Ctx() context: GraphqlContext) {
    return nameConnection('tenant', args, (tenant) => tenant, {
      name: ({ name }: TenantEntry) => name,
      async read(page) {
        const { tenants, hasNext } = await listTenants(context, page);
        return { items: tenants, hasNext };
      },
    });
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
