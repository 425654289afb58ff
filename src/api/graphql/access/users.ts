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
import { PERMISSIONS } from '../../../services/access/grants.ts';
import { findRolePermissions } from '../../../services/access/roles/role.ts';
import { createUser } from '../../../services/access/users/create.ts';
import { deleteUser } from '../../../services/access/users/delete.ts';
import type { UserOrderField as OrderField } from '../../../services/access/users/fields.ts';
import { findUsers } from '../../../services/access/users/find.ts';
import { listUsers } from '../../../services/access/users/list.ts';
import { updateUser } from '../../../services/access/users/update.ts';
import type { User as Entity } from '../../../services/access/users/user.ts';
import { AUTHORED_ORDER, AuthoredNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { DeletePayload, deletions, payload, payloadOf } from '../server/mutations.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({ simpleResolvers: true, description: 'An account of a tenant.' })
export class User extends AuthoredNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  username!: string;

  @Field(() => String, { description: 'The name of its tenant.' })
  tenant!: string;

  @Field(() => [String], { description: 'Its own permissions, without those of its roles.' })
  grantedPermissions!: readonly string[];

  @Field(() => [String], {
    description:
      'TENANT_ADMIN may do everything in its tenant; SYSTEM_ADMIN manages the tenants; others are roles of the tenant.',
  })
  roles!: readonly string[];
}

export const userView = ({ tenantName, permissions, ...user }: Entity): User => ({
  ...user,
  tenant: tenantName,
  grantedPermissions: permissions,
});

const { Connection: UserConnection } = connectionTypes('User', 'users', User);

@ArgsType()
class UsersArgs extends orderedArgs<OrderField>(
  'User',
  'users',
  { ...AUTHORED_ORDER, username: 'By the name.' },
  'by name',
) {}

@InputType({ description: 'What `createUser` takes.' })
class CreateUserInput {
  @Field(() => String, { description: 'Its name, at most 64 characters, without colon and backslash.' })
  username!: string;

  @Field(() => String, { description: 'Its password, 12 to 256 characters.' })
  password!: string;

  @Field(() => [String], { nullable: true, description: 'Its permissions; none unless given.' })
  permissions?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Its roles; none unless given.' })
  roles?: string[] | null;
}

@InputType({ description: 'What `updateUser` takes. A missing field stays as it is; null is refused.' })
class UpdateUserInput {
  @Field(() => String, { description: 'Which user.' })
  username!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its new password; the old one stops working at once.',
  })
  password?: string;

  @Field(() => [String], { nullable: true, description: 'All its permissions from now on.' })
  permissions?: string[];

  @Field(() => [String], { nullable: true, description: 'All its roles from now on.' })
  roles?: string[];
}

@InputType({ description: 'What `deleteUser` takes.' })
class DeleteUserInput {
  @Field(() => String, { description: 'Which user.' })
  username!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of a user answers.' })
abstract class UserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'The user; null where refused.' })
  user!: User | null;
}

/** A password is hashed, which takes long on purpose. */
const HASH_COST = 1_000;

const loadRolePermissions = loaderOfLists(findRolePermissions);

lookup('User', User, { needs: 'TENANT_ADMIN, but for the own account', find: findUsers, view: userView });

@Resolver(() => User)
export class UserResolver {
  @Query(() => UserConnection, {
    description: 'Lists users. Needs TENANT_ADMIN.',
    complexity: listCost,
  })
  async users(@Args(() => UsersArgs) args: UsersArgs, @Ctx() context: GraphqlContext) {
    return connection(await listUsers(context, args), userView);
  }

  @FieldResolver(() => [String], {
    description:
      'All its permissions: its own, those of its roles, and everything for a TENANT_ADMIN. Any permission on targets implies READ_TARGET_TYPE.',
  })
  async permissions(
    @Root() { roles, grantedPermissions }: User,
    @Ctx() context: GraphqlContext,
  ): Promise<readonly string[]> {
    if (roles.includes('TENANT_ADMIN')) return PERMISSIONS;
    const brought = await Promise.all(roles.map((role) => loadRolePermissions(context, role)));
    return [...new Set([...grantedPermissions, ...brought.flat()])];
  }

  @Mutation(payloadOf('createUser', UserPayload), {
    description: 'Creates a user in the tenant. Needs TENANT_ADMIN; nobody can grant more than they have.',
    complexity: HASH_COST,
  })
  createUser(
    @Arg('input', () => CreateUserInput, { description: 'What to create.' }) input: CreateUserInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    return payload('user', createUser(context, input).then(userView));
  }

  @Mutation(payloadOf('updateUser', UserPayload), {
    description: 'Changes a user. Everyone may change their own password; all else needs TENANT_ADMIN.',
    complexity: HASH_COST,
  })
  updateUser(
    @Arg('input', () => UpdateUserInput, { description: 'What to change.' }) input: UpdateUserInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    return payload('user', updateUser(context, input).then(userView));
  }

  @Mutation(payloadOf('deleteUser', DeletePayload), {
    description: 'Deletes a user, who cannot sign in any more at once. Needs TENANT_ADMIN.',
  })
  deleteUser(
    @Arg('input', () => DeleteUserInput, { description: 'What to delete.' }) input: DeleteUserInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletions(
      'User',
      deleteUser(context, input).then(({ id }) => [id]),
    );
  }
}
