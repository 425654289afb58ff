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
import { atGrants, Grant, GrantInput, grantsView, withPermissions } from './grants.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'A named set of permissions. Users and API keys may have it, and tokens name it in their claim of roles.',
})
export class Role extends AuthoredNode {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description!: string | null;

  @Field(() => [Grant], { description: 'What it permits.' })
  grants!: Grant[];
}

export const roleView = ({ permissions, ...role }: NamedRole): Role => ({
  ...role,
  description: role.description || null,
  grants: grantsView(permissions),
});

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

  @Field(() => [GrantInput], { description: 'What it permits.' })
  grants!: GrantInput[];
}

@InputType({
  description:
    'What `updateRole` takes. A missing field stays as it is. Null clears the description, and is refused for the grants.',
})
class UpdateRoleInput extends idInput('Role') {
  @Field(() => String, { nullable: true, description: 'What it is for; null clears it.' })
  description?: string | null;

  @Field(() => [GrantInput], { nullable: true, description: 'All that it permits from now on.' })
  grants?: GrantInput[];
}

@ObjectType({ simpleResolvers: true, description: 'What a mutation of a role answers.' })
abstract class RolePayload extends Payload {
  @Field(() => Role, { nullable: true, description: 'The role; null where refused.' })
  role!: Role | null;
}

lookup('Role', Role, { needs: 'TENANT_ADMIN, but for the own roles', find: findRoles, view: roleView });

@Resolver(() => Role)
export class RoleResolver {
  @Query(() => RoleConnection, {
    description: 'Lists the named roles; the built-in ones are not among them. Needs TENANT_ADMIN.',
    complexity: listCost,
  })
  async roles(@Args(() => RolesArgs) args: RolesArgs, @Ctx() context: GraphqlContext) {
    return connection(await listRoles(context, args), roleView);
  }

  @Mutation(payloadOf('createRole', RolePayload), {
    description: 'Creates a role, a named set of permissions. Needs TENANT_ADMIN.',
  })
  createRole(
    @Arg('input', () => CreateRoleInput, { description: 'What to create.' }) input: CreateRoleInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolePayload> {
    const work = createRole(context, withPermissions(input)).then(roleView, atGrants);
    return payload('role', work);
  }

  @Mutation(payloadOf('updateRole', RolePayload), {
    description: 'Changes a role. Takes effect at once for everyone who has it. Needs TENANT_ADMIN.',
  })
  updateRole(
    @Arg('input', () => UpdateRoleInput, { description: 'What to change.' }) input: UpdateRoleInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RolePayload> {
    const work = updateRole(context, withPermissions(input)).then(roleView, atGrants);
    return payload('role', work);
  }

  @Mutation(payloadOf('deleteRole', DeletePayload), {
    description: 'Deletes a role that no user and no API key has. Needs TENANT_ADMIN.',
  })
  deleteRole(
    @Arg('input', inputOf('deleteRole', idInput('Role')), { description: 'What to delete.' })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'Role', (id) => deleteRole(context, { id }));
  }
}
