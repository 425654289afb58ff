import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
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
import type { ApiKey as Entity } from '../../../services/access/api-keys/api-key.ts';
import { createApiKey } from '../../../services/access/api-keys/create.ts';
import { deleteApiKey } from '../../../services/access/api-keys/delete.ts';
import type { ApiKeyOrderField as OrderField } from '../../../services/access/api-keys/fields.ts';
import { findApiKeys } from '../../../services/access/api-keys/find.ts';
import { listApiKeys } from '../../../services/access/api-keys/list.ts';
import { type Role as BuiltIn, isBuiltIn } from '../../../services/access/grants.ts';
import { findUsers } from '../../../services/access/users/find.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOf } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import {
  answer,
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payloadOf,
} from '../server/mutations.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { atGrants, BuiltInRole, Grant, GrantInput, grantsView, withPermissions } from './grants.ts';
import { Role, roleView } from './roles.ts';
import { rolesNamed, User, userView } from './users.ts';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'What a program signs in with, as `Authorization: Bearer …`. It acts for its owner, never has more permissions than the owner has at that moment, and ends with the owner.',
})
export class ApiKey extends Node {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { description: 'How the key begins, up to its secret: `muster_1_42`.' })
  prefix!: string;

  /** The user that it acts for. */
  ownerId!: number;

  @Field(() => [Grant], { description: 'Its own grants, without those of its roles.' })
  grants!: Grant[];

  @Field(() => [BuiltInRole], { description: 'The built-in roles that it was given.' })
  builtInRoles!: BuiltIn[];

  /** The names of its roles of the tenant. */
  roleNames!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The filter that limits what it may do with targets; null for no limit.',
  })
  scope!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it expires; null for never.' })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was used, up to an hour behind; null for never.',
  })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created it.' })
  createdBy!: string;
}

const apiKeyView = ({ permissions, roles, owner: _, ...apiKey }: Entity): ApiKey => ({
  ...apiKey,
  grants: grantsView(permissions),
  builtInRoles: roles.filter(isBuiltIn),
  roleNames: roles.filter((role) => !isBuiltIn(role)),
});

const { Connection: ApiKeyConnection } = connectionTypes('ApiKey', 'API keys', ApiKey);

@ArgsType()
class ApiKeysArgs extends orderedArgs<OrderField>(
  'ApiKey',
  'API keys',
  {
    id: 'By the identifier, which is also the order of creation.',
    name: 'By the name.',
    owner: 'By the name of the user that it acts for.',
    expiresAt: 'By when it expires.',
    lastUsedAt: 'By when it was used.',
    createdAt: 'By the time of creation.',
    createdBy: 'By who created it.',
  },
  'by name',
) {}

@InputType({ description: 'What `createApiKey` takes. It needs at least a grant or a role.' })
class CreateApiKeyInput {
  @Field(() => String, { description: 'Its name, at most 64 characters.' })
  name!: string;

  @Field(() => idOf('User'), {
    nullable: true,
    description: 'For which user it shall act; for the caller unless given. Another needs TENANT_ADMIN.',
  })
  ownerId?: number | null;

  @Field(() => [GrantInput], {
    nullable: true,
    description: 'Its own grants. None that the caller does not have.',
  })
  grants?: GrantInput[] | null;

  @Field(() => [BuiltInRole], {
    nullable: true,
    description: 'Its built-in roles. None that the caller does not have.',
  })
  builtInRoles?: BuiltIn[] | null;

  @Field(() => [idOf('Role')], {
    nullable: true,
    description: 'Its roles of the tenant. None that permits what the caller may not do.',
  })
  roleIds?: number[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'An RSQL filter that limits what it may do with targets. Not with a built-in role.',
  })
  scope?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it expires; never by default.',
  })
  expiresAt?: Date | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `createApiKey` answers.' })
class CreateApiKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The key without its secret; null where refused.' })
  apiKey!: ApiKey | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key itself, shown only here; null where refused.',
  })
  key!: string | null;
}

lookup('ApiKey', ApiKey, {
  what: 'API key',
  needs: 'TENANT_ADMIN, but for the own keys',
  find: findApiKeys,
  view: apiKeyView,
});

const loadOwner = loaderOf(findUsers);

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @Query(() => ApiKeyConnection, {
    description: "Lists API keys: the caller's own, and with TENANT_ADMIN all of the tenant.",
    complexity: listCost,
  })
  async apiKeys(@Args(() => ApiKeysArgs) args: ApiKeysArgs, @Ctx() context: GraphqlContext) {
    return connection(await listApiKeys(context, args), apiKeyView);
  }

  @FieldResolver(() => User, { description: 'The user that it acts for.' })
  async owner(@Root() { ownerId }: ApiKey, @Ctx() context: GraphqlContext): Promise<User> {
    return userView((await loadOwner(context, ownerId))!);
  }

  @FieldResolver(() => [Role], { description: 'Its roles of the tenant. Who sees the key may see them.' })
  async roles(@Root() { roleNames }: ApiKey, @Ctx() context: GraphqlContext): Promise<Role[]> {
    return (await rolesNamed(context, roleNames)).map(roleView);
  }

  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Creates a key with which a program acts for a user: the caller, or with TENANT_ADMIN another. A caller with an API key or a token needs TENANT_ADMIN.',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'What to create.' }) input: CreateApiKeyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateApiKeyPayload> {
    const work = createApiKey(context, withPermissions(input)).then(
      ({ apiKey, key }) => ({ apiKey: apiKeyView(apiKey), key }),
      atGrants,
    );
    return answer({ apiKey: null, key: null }, work);
  }

  @Mutation(payloadOf('deleteApiKey', DeletePayload), {
    description: 'Deletes a key, which ends at once. Everyone may delete their own, a TENANT_ADMIN any.',
  })
  deleteApiKey(
    @Arg('input', inputOf('deleteApiKey', idInput('ApiKey')), { description: 'What to delete.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'ApiKey', (id) => deleteApiKey(context, { id }));
  }
}
