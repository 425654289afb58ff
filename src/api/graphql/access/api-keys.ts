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
import type { ApiKey as Entity } from '../../../services/access/api-keys/api-key.ts';
import { createApiKey } from '../../../services/access/api-keys/create.ts';
import type { ApiKeyOrderField as OrderField } from '../../../services/access/api-keys/fields.ts';
import { findApiKeys } from '../../../services/access/api-keys/find.ts';
import { listApiKeys } from '../../../services/access/api-keys/list.ts';
import { revokeApiKey } from '../../../services/access/api-keys/revoke.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { lookup } from '../server/lookups.ts';
import { answer, payload } from '../server/mutations.ts';
import { Node } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'What a program signs in with, as `Authorization: Bearer …`. It acts for its owner, never has more permissions than the owner has at that moment, and ends with the owner.',
})
class ApiKey extends Node implements Entity {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { description: 'How the key begins, up to its secret: `muster_1_42`.' })
  prefix!: string;

  @Field(() => String, { description: 'The name of the user that it acts for.' })
  owner!: string;

  @Field(() => [String], { description: 'Its own permissions, without those of its roles.' })
  permissions!: string[];

  @Field(() => [String], { description: 'The roles that it was given, built-in and named ones.' })
  roles!: string[];

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

@InputType({ description: 'What `createApiKey` takes. It needs at least a permission or a role.' })
class CreateApiKeyInput {
  @Field(() => String, { description: 'Its name, at most 64 characters.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "For which user it shall act; another than the caller's own needs TENANT_ADMIN.",
  })
  owner?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Its permissions: `READ_TARGET`, or `READ_TARGET/group==eu` for what a filter matches. None that the caller does not have.',
  })
  permissions?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Its roles, built-in and named ones. None that the caller does not have.',
  })
  roles?: string[] | null;

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

@InputType({ description: 'What `revokeApiKey` takes.' })
class RevokeApiKeyInput {
  @Field(() => idOf('ApiKey'), { description: 'Which key.' })
  id!: number;
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

@ObjectType({ simpleResolvers: true, description: 'What `revokeApiKey` answers: the key as it was.' })
class RevokeApiKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The key; null where refused.' })
  apiKey!: ApiKey | null;
}

lookup('ApiKey', ApiKey, { what: 'API key', needs: 'TENANT_ADMIN, but for the own keys', find: findApiKeys });

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @Query(() => ApiKeyConnection, {
    description: "Lists API keys: the caller's own, and with TENANT_ADMIN all of the tenant.",
    complexity: listCost,
  })
  async apiKeys(@Args(() => ApiKeysArgs) args: ApiKeysArgs, @Ctx() context: GraphqlContext) {
    return connection(await listApiKeys(context, args), (apiKey) => apiKey);
  }

  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Creates a key with which a program acts for a user: the caller, or with TENANT_ADMIN another. A caller with an API key or a token needs TENANT_ADMIN.',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'What to create.' }) input: CreateApiKeyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateApiKeyPayload> {
    return answer({ apiKey: null, key: null }, createApiKey(context, input));
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description: 'Ends a key at once. Everyone may end their own, a TENANT_ADMIN any.',
  })
  revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'What to end.' }) input: RevokeApiKeyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RevokeApiKeyPayload> {
    const work = revokeApiKey(context, input);
    return payload('apiKey', work);
  }
}
