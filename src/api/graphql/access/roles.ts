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
import { createRole } from '../../../services/access/roles/create.ts';
import { deleteRole } from '../../../services/access/roles/delete.ts';
import type { RoleOrderField as OrderField } from '../../../services/access/roles/fields.ts';
import { findRoles } from '../../../services/access/roles/find.ts';
import { listRoles } from '../../../services/access/roles/list.ts';
import type { NamedRole } from '../../../services/access/roles/role.ts';
import { updateRole } from '../../../services/access/roles/update.ts';
import { AUTHORED_ORDER, AuthoredNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import { DeletePayload, deletions, payload, payloadOf } from '../server/mutations.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'A named set of permissions. Users and API keys may have it, and tokens name it in their claim of roles.',
})
class Role extends AuthoredNode implements NamedRole {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { description: 'What it is for; may be empty.' })
  description!: string;

  @Field(() => [String], {
    description: 'What it permits: `READ_TARGET`, or `READ_TARGET/group==eu` for what a filter matches.',
  })
  permissions!: string[];
}

const { Connection: RoleConnection } = connectionTypes('Role', 'roles', Role);

@ArgsType()
class RolesArgs extends orderedArgs<OrderField>(
  'Role',
  'roles',
  { ...AUTHORED_ORDER, name: 'By the name.' },
  'by name',
) {}

@InputType({ description: 'What `createRole` takes.' })
class CreateRoleInput {
  @Field(() => String, {
    description: 'Its name, at most 64 characters, and not that of a permission or a built-in role.',
  })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 512 characters.' })
  description?: string | null;

  @Field(() => [String], {
    description: 'What it permits: `READ_TARGET`, or `READ_TARGET/group==eu` for what a filter matches.',
  })
  permissions!: string[];
}

@InputType({
  description:
    'What `updateRole` takes. A missing field stays as it is. Null clears the description, and is refused for the permissions.',
})
class UpdateRoleInput {
  @Field(() => String, { description: 'Which role.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for; null clears it.' })
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'All its permissions from now on.' })
  permissions?: string[];
}

@InputType({ description: 'What `deleteRole` takes.' })
class DeleteRoleInput {
  @Field(() => String, { description: 'Which role.' })
  name!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of a role answers.' })
abstract class RolePayload extends Payload {
  @Field(() => Role, { nullable: true, description: 'The role; null where refused.' })
  role!: Role | null;
}

lookup('Role', Role, { needs: 'TENANT_ADMIN', find: findRoles });

@Resolver(() => Role)
export class RoleResolver {
  @Query(() => RoleConnection, {
    description: 'Lists the named roles; the built-in ones are not among them. Needs TENANT_ADMIN.',
    complexity: listCost,
  })
  async roles(@Args(() => RolesArgs) args: RolesArgs, @Ctx() context: GraphqlContext) {
    return connection(await listRoles(context, args), (role) => role);
  }

  @Mutation(payloadOf('createRole', RolePayload), {
    description: 'Creates a role, a named set of permissions. Needs TENANT_ADMIN.',
  })
  createRole(
    @Arg('input', () => CreateRoleInput, { description: 'What to create.' }) input: CreateRoleInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolePayload> {
    return payload('role', createRole(context, input));
  }

  @Mutation(payloadOf('updateRole', RolePayload), {
    description: 'Changes a role. Takes effect at once for everyone who has it. Needs TENANT_ADMIN.',
  })
  updateRole(
    @Arg('input', () => UpdateRoleInput, { description: 'What to change.' }) input: UpdateRoleInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolePayload> {
    return payload('role', updateRole(context, input));
  }

  @Mutation(payloadOf('deleteRole', DeletePayload), {
    description: 'Deletes a role that no user and no API key has. Needs TENANT_ADMIN.',
  })
  deleteRole(
    @Arg('input', () => DeleteRoleInput, { description: 'What to delete.' }) input: DeleteRoleInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletions(
      'Role',
      deleteRole(context, input).then(({ id }) => [id]),
    );
  }
}
