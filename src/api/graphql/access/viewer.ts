import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { grantsIn, type Role } from '../../../services/access/grants.ts';
import { findMe } from '../../../services/access/users/find.ts';
import type { ActorKind as Kind } from '../../../services/shared/context.ts';
import { ActorKind } from '../platform/audit-events.ts';
import type { GraphqlContext } from '../server/context.ts';
import { BuiltInRole, Grant, grantsView } from './grants.ts';
import { User, userView } from './users.ts';

@ObjectType({ simpleResolvers: true, description: 'Who is signed in, with an account or without.' })
export class Viewer {
  @Field(() => String, { description: 'The name.' })
  username!: string;

  @Field(() => String, { description: 'The name of the tenant.' })
  tenant!: string;

  @Field(() => ActorKind, { description: 'What kind of caller it is.' })
  kind!: Kind;

  @Field(() => String, { nullable: true, description: 'The name of the API key.' })
  apiKey!: string | null;

  @Field(() => [BuiltInRole], { description: 'The built-in roles.' })
  builtInRoles!: Role[];

  @Field(() => [Grant], { description: 'All it may do, with what its roles permit.' })
  grants!: Grant[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the credential expires.' })
  expiresAt!: Date | null;
}

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, {
    description: 'Who is signed in, by an account, an API key or a token.',
  })
  viewer(@Ctx() { caller }: GraphqlContext): Viewer {
    const { username, tenantName, kind, apiKey, roles, permissions, until } = caller;
    return {
      username,
      tenant: tenantName,
      kind,
      apiKey: apiKey ?? null,
      builtInRoles: [...roles],
      grants: grantsView(grantsIn(permissions)),
      expiresAt: until ?? null,
    };
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: "The caller's account; null for an issuer's token, whose callers need none.",
  })
  async user(@Ctx() context: GraphqlContext): Promise<User | null> {
    return context.caller.kind === 'TOKEN' ? null : userView(await findMe(context));
  }
}
