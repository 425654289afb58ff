import { Field, InputType, ObjectType } from 'type-graphql';
import { DomainError, firstOf } from '../../../errors.ts';
import {
  PERMISSIONS,
  type Permission as PermissionName,
  type Role as RoleName,
  splitGrant,
} from '../../../services/access/grants.ts';
import { enumOf } from '../server/enums.ts';

/** What the groups of permissions are on. */
const SUBJECTS: Readonly<Record<string, string>> = {
  TARGET: 'targets, their tags and target filters',
  TARGET_TYPE: 'target types',
  SOFTWARE_MODULE: 'software modules and their artifacts',
  SOFTWARE_MODULE_TYPE: 'software module types',
  DISTRIBUTION_SET: 'distribution sets and their tags',
  DISTRIBUTION_SET_TYPE: 'distribution set types',
  TENANT_CONFIGURATION: 'the configuration, webhooks, enrollment groups and certificate authorities',
  ROLLOUT: 'rollouts',
  AUTO_ASSIGNMENT: 'auto-assignments',
};

/** Of permissions that are on no group. */
const OTHERS: Readonly<Record<string, string>> = {
  HANDLE_ROLLOUT: 'To start, pause, resume and retry rollouts.',
  APPROVE_ROLLOUT: 'To approve and deny rollouts.',
  HANDLE_AUTO_ASSIGNMENT: 'To start, pause and resume auto-assignments.',
  APPROVE_AUTO_ASSIGNMENT: 'To approve and deny auto-assignments.',
  DOWNLOAD_REPOSITORY_ARTIFACT: 'To download artifacts.',
  READ_TARGET_SECURITY_TOKEN: 'To read the security tokens of targets.',
  READ_GATEWAY_SECURITY_TOKEN: 'To read the gateway token, and to set it.',
  READ_AUDIT: 'To read the audit trail.',
};

const describe = (permission: PermissionName): string => {
  const [, action = '', subject = ''] = /^(CREATE|READ|UPDATE|DELETE)_(.*)$/.exec(permission) ?? [];
  return OTHERS[permission] ?? `To ${action.toLowerCase()} ${SUBJECTS[subject]}.`;
};

export const Permission = enumOf<PermissionName>(
  'Permission',
  'What a caller may do.',
  Object.fromEntries(PERMISSIONS.map((name) => [name, describe(name)])) as Record<PermissionName, string>,
);

export const BuiltInRole = enumOf<RoleName>('BuiltInRole', 'A role that every tenant has.', {
  TENANT_ADMIN: 'Everything in its tenant: each permission, and the users, roles and API keys.',
  SYSTEM_ADMIN: 'To list and create tenants.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'A permission, for everything or for what a filter matches.',
})
export class Grant {
  @Field(() => Permission, { description: 'The permission.' })
  permission!: PermissionName;

  @Field(() => String, {
    nullable: true,
    description: 'The RSQL filter that limits it, as it is printed; null for no limit.',
  })
  filter!: string | null;
}

@InputType({ description: 'A permission, for everything or for what a filter matches.' })
export class GrantInput {
  @Field(() => Permission, { description: 'The permission.' })
  permission!: PermissionName;

  @Field(() => String, {
    nullable: true,
    description:
      'An RSQL filter that limits it, for example `group==eu`. Permissions on targets, modules, sets and their types can have one.',
  })
  filter?: string | null;
}

/** Grants as the services write them, `READ_TARGET/group==eu`, for the API. */
export const grantsView = (grants: readonly string[]): Grant[] => grants.map(splitGrant);

/** A grant as the services write it. */
export const grantText = ({ permission, filter }: GrantInput): string =>
  filter == null ? permission : `${permission}/${filter}`;

type Given = GrantInput[] | null | undefined;

/** An input with `grants` for a service, which calls them `permissions`; null stays null. */
export function withPermissions<T extends { grants?: Given }>({ grants, ...input }: T) {
  const permissions = grants === null ? null : grants?.map(grantText);
  return { ...input, permissions: permissions as string[] | Exclude<T['grants'], GrantInput[]> };
}

/** Names faults of permissions as the input has them: only the filter of a grant can be wrong. */
export function atGrants(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  throw firstOf(error.all.map(namedAsGiven));
}

function namedAsGiven(error: DomainError): DomainError {
  const [field, index] = error.details.path ?? [];
  if (field !== 'permissions') return error;
  return error.at(index === undefined ? ['grants'] : ['grants', index, 'filter']);
}
