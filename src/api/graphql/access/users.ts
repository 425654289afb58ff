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
import {
  type Role as BuiltIn,
  effectivePermissions,
  grantsIn,
  isBuiltIn,
} from '../../../services/access/grants.ts';
import { findRolesNamed, type NamedRole } from '../../../services/access/roles/role.ts';
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
import { idOf } from '../server/ids.ts';
import { loaderOfFound } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import {
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import {
  atGrants,
  BuiltInRole,
  Grant,
  GrantInput,
  grantsView,
  grantText,
  withPermissions,
} from './grants.ts';
import { Role, roleView } from './roles.ts';

@ObjectType({ simpleResolvers: true, description: 'An account of a tenant.' })
export class User extends AuthoredNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  username!: string;

  @Field(() => String, { description: 'The name of its tenant.' })
  tenant!: string;

  @Field(() => [Grant], { description: 'Its own grants, without those of its roles.' })
  grants!: Grant[];

  @Field(() => [BuiltInRole], { description: 'The built-in roles that it has.' })
  builtInRoles!: BuiltIn[];

  /** The names of its roles of the tenant. */
  roleNames!: string[];
}

export const userView = ({ tenantName, permissions, roles, ...user }: Entity): User => ({
  ...user,
  tenant: tenantName,
  grants: grantsView(permissions),
  builtInRoles: roles.filter(isBuiltIn),
  roleNames: roles.filter((role) => !isBuiltIn(role)),
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

  @Field(() => [GrantInput], { nullable: true, description: 'Its own grants; none unless given.' })
  grants?: GrantInput[] | null;

  @Field(() => [BuiltInRole], { nullable: true, description: 'Its built-in roles; none unless given.' })
  builtInRoles?: BuiltIn[] | null;

  @Field(() => [idOf('Role')], { nullable: true, description: 'Its roles of the tenant; none unless given.' })
  roleIds?: number[] | null;
}

@InputType({ description: 'What `updateUser` takes. A missing field stays as it is; null is refused.' })
class UpdateUserInput extends idInput('User') {
  @Field(() => String, {
    nullable: true,
    description: 'Its new password; the old one stops working at once.',
  })
  password?: string;

  @Field(() => [GrantInput], { nullable: true, description: 'All its own grants from now on.' })
  grants?: GrantInput[];

  @Field(() => [BuiltInRole], { nullable: true, description: 'All its built-in roles from now on.' })
  builtInRoles?: BuiltIn[];

  @Field(() => [idOf('Role')], { nullable: true, description: 'All its roles of the tenant from now on.' })
  roleIds?: number[];
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of a user answers.' })
abstract class UserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'The user; null where refused.' })
  user!: User | null;
}

/** A password is hashed, which takes long on purpose. */
const HASH_COST = 1_000;

const loadRole = loaderOfFound(findRolesNamed);

/** Roles of the tenant by their names. A name that is in a tenant no longer is left out. */
export async function rolesNamed(context: GraphqlContext, names: readonly string[]): Promise<NamedRole[]> {
  const found = await Promise.all(names.map((name) => loadRole(context, name)));
  return found.filter((role) => role !== null);
}

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

  @FieldResolver(() => [Role], { description: 'Its roles of the tenant. Who sees the user may see them.' })
  async roles(@Root() { roleNames }: User, @Ctx() context: GraphqlContext): Promise<Role[]> {
    return (await rolesNamed(context, roleNames)).map(roleView);
  }

  @FieldResolver(() => [Grant], {
    description:
      'All that it may do: its own grants, those of its roles, and everything for a TENANT_ADMIN. Any permission on targets implies READ_TARGET_TYPE; so with software.',
  })
  async effectiveGrants(
    @Root() { builtInRoles, roleNames, grants }: User,
    @Ctx() context: GraphqlContext,
  ): Promise<Grant[]> {
    const roles = await rolesNamed(context, roleNames);
    const given = [...grants.map(grantText), ...roles.flatMap(({ permissions }) => permissions)];
    return grantsView(grantsIn(effectivePermissions(given, builtInRoles)));
  }

  @Mutation(payloadOf('createUser', UserPayload), {
    description: 'Creates a user in the tenant. Needs TENANT_ADMIN; nobody can grant more than they have.',
    complexity: HASH_COST,
  })
  createUser(
    @Arg('input', () => CreateUserInput, { description: 'What to create.' }) input: CreateUserInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    return payload('user', createUser(context, withPermissions(input)).then(userView, atGrants));
  }

  @Mutation(payloadOf('updateUser', UserPayload), {
    description: 'Changes a user. Everyone may change their own password; all else needs TENANT_ADMIN.',
    complexity: HASH_COST,
  })
  updateUser(
    @Arg('input', () => UpdateUserInput, { description: 'What to change.' }) input: UpdateUserInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    return payload('user', updateUser(context, withPermissions(input)).then(userView, atGrants));
  }

  @Mutation(payloadOf('deleteUser', DeletePayload), {
    description: 'Deletes a user, who cannot sign in any more at once. Needs TENANT_ADMIN.',
  })
  deleteUser(
    @Arg('input', inputOf('deleteUser', idInput('User')), { description: 'What to delete.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'User', (id) => deleteUser(context, { id }));
  }
}
