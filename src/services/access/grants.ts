const ACTIONS = ['CREATE', 'READ', 'UPDATE', 'DELETE'] as const;

const GROUPS = [
  'TARGET',
  'TARGET_TYPE',
  'SOFTWARE_MODULE',
  'SOFTWARE_MODULE_TYPE',
  'DISTRIBUTION_SET',
  'DISTRIBUTION_SET_TYPE',
  'TENANT_CONFIGURATION',
  'ROLLOUT',
  'AUTO_ASSIGNMENT',
] as const;

const OTHERS = [
  'HANDLE_ROLLOUT',
  'APPROVE_ROLLOUT',
  'HANDLE_AUTO_ASSIGNMENT',
  'APPROVE_AUTO_ASSIGNMENT',
  'DOWNLOAD_REPOSITORY_ARTIFACT',
  'READ_TARGET_SECURITY_TOKEN',
  'READ_GATEWAY_SECURITY_TOKEN',
  'READ_AUDIT',
] as const;

export type Permission = `${(typeof ACTIONS)[number]}_${(typeof GROUPS)[number]}` | (typeof OTHERS)[number];

export const PERMISSIONS: readonly Permission[] = [
  ...GROUPS.flatMap((group) => ACTIONS.map((action) => `${action}_${group}` as const)),
  ...OTHERS,
];

/** TENANT_ADMIN: every permission in its tenant, and its users. SYSTEM_ADMIN: the tenants. */
export const ROLES = ['TENANT_ADMIN', 'SYSTEM_ADMIN'] as const;

export type Role = (typeof ROLES)[number];

export const isBuiltIn = (role: string): role is Role => (ROLES as readonly string[]).includes(role);

/** A permission as it is granted: for everything, or `READ_TARGET/type.id==1` for what the filter matches. */
export type Grant = Permission | `${Permission}/${string}`;

/** The scope of a permission: everything (null), or what any of the filters matches. */
export type Scope = readonly string[] | null;

export type Grants = ReadonlyMap<Permission, Scope>;

/** The permission and the filter, null where there is none. Neither is checked. */
export function splitGrant(grant: string): { permission: Permission; filter: string | null } {
  const slash = grant.indexOf('/');
  return slash < 0
    ? { permission: grant as Permission, filter: null }
    : { permission: grant.slice(0, slash) as Permission, filter: grant.slice(slash + 1) };
}

const isOn = (group: (typeof GROUPS)[number], permission: Permission) =>
  ACTIONS.some((action) => permission === `${action}_${group}`);

const isOnTargets = (permission: Permission) => isOn('TARGET', permission);

/** What is shown with its type. */
const TYPED = ['TARGET', 'SOFTWARE_MODULE', 'DISTRIBUTION_SET'] as const;

/**
 * All that an account may do. Any permission on targets implies reading their types, as in hawkBit; so with software.
 */
export function effectivePermissions(granted: readonly string[], roles: readonly Role[]): Grants {
  if (roles.includes('TENANT_ADMIN')) return new Map(PERMISSIONS.map((permission) => [permission, null]));
  const grants = new Map<Permission, Scope>();
  for (const { permission, filter } of granted.map(splitGrant)) {
    const known = grants.get(permission);
    if (filter === null) grants.set(permission, null);
    else if (known !== null) grants.set(permission, [...(known ?? []), filter]);
  }
  const given = [...grants.keys()];
  for (const group of TYPED)
    if (!grants.has(`READ_${group}_TYPE`) && given.some((permission) => isOn(group, permission)))
      grants.set(`READ_${group}_TYPE`, null);
  return grants;
}

/** The grants as they are written, one for each filter. */
export const grantsIn = (grants: Grants): string[] =>
  [...grants].flatMap(
    ([permission, scope]) => scope?.map((filter) => `${permission}/${filter}`) ?? [permission],
  );

/** The same grants, with those on targets limited to what this filter matches. */
export function narrowed(grants: Grants, filter: string | null): Grants {
  if (filter === null) return grants;
  const limit = [...grants.keys()].map(
    (permission) => [permission, isOnTargets(permission) ? [filter] : null] as const,
  );
  return intersection(grants, new Map(limit));
}

/** What both grant. */
export function intersection(some: Grants, others: Grants): Grants {
  const both = new Map<Permission, Scope>();
  for (const [permission, scope] of some) {
    const other = others.get(permission);
    if (other !== undefined) both.set(permission, overlap(scope, other));
  }
  return both;
}

function overlap(one: Scope, other: Scope): Scope {
  if (one === null || other === null) return one ?? other;
  if (one.every((filter) => other.includes(filter))) return one;
  if (other.every((filter) => one.includes(filter))) return other;
  return [`(${one.join(',')});(${other.join(',')})`];
}

/** Whether the grants include this one. A grant with a filter is included only by the same filter. */
export function includes(grants: Grants, grant: string): boolean {
  const { permission, filter } = splitGrant(grant);
  const scope = grants.get(permission);
  return scope === null || (filter !== null && scope?.includes(filter) === true);
}
