import { and, eq, sql } from 'drizzle-orm';
import type { JWTPayload } from 'jose';
import { arrayText } from '../../database/arrays.ts';
import { prepared } from '../../database/prepared.ts';
import { roles } from '../../database/tables/roles.ts';
import { unauthenticated } from '../../errors.ts';
import type { Caller, Platform } from '../shared/context.ts';
import { plainText } from '../shared/text.ts';
import { effectivePermissions, isBuiltIn } from './grants.ts';
import { type IssuerOptions, openIssuer } from './issuer.ts';
import type { Scheme } from './scheme.ts';
import { readGrant } from './scopes.ts';
import { DEFAULT_TENANT } from './users/user.ts';

export interface OidcOptions extends Omit<IssuerOptions, 'clock'> {
  /** Dotted paths of claims. */
  userClaim: string;
  rolesClaim: string;
  /** Without it all are of the tenant DEFAULT. */
  tenantClaim?: string | undefined;
}

const listedRoles = prepared((database) =>
  database
    .select({ permissions: roles.permissions })
    .from(roles)
    .where(
      and(
        eq(roles.tenantId, sql.placeholder('tenantId')),
        sql`${roles.name} = ANY(${sql.placeholder('names')}::text[])`,
      ),
    )
    .prepare('listed_roles'),
);

/** Signs in by the tokens of an OpenID Connect issuer. Who they name needs no account: the token says all. */
export function oidcScheme(platform: Platform, options: OidcOptions): Scheme {
  const check = openIssuer({ ...options, clock: platform.clock });
  return async (token, attempt) => {
    const claims = await check(token);
    const { caller } = await callerOfClaims(platform, claims, options);
    attempt.tenantId = caller.tenantId;
    return { ...caller, until: new Date(claims.exp! * 1000) };
  };
}

/**
 * Whom the claims name, with what they list as roles and permissions.
 * @throws UNAUTHENTICATED if the user or the tenant is missing
 */
export async function callerOfClaims(
  { database, tenants }: Pick<Platform, 'database' | 'tenants'>,
  claims: JWTPayload,
  options: OidcOptions,
): Promise<{ caller: Caller; roles: string[] }> {
  const { username, tenant, roles } = read(claims, options);
  const found = await tenants.byName(tenant);
  if (!found) throw unauthenticated('token');
  const { tenantId, name: tenantName } = found;
  const listed = await listedRoles(database).execute({ tenantId, names: arrayText(roles) });
  const rolePermissions = listed.flatMap(({ permissions }) => permissions);
  return { caller: callerOfIssuer({ tenantId, tenantName, username, roles, rolePermissions }), roles };
}

/** Who somebody is whom an issuer's token names. */
export function callerOfIssuer({ roles: words, rolePermissions, ...who }: NamedByIssuer): Caller {
  const roles = words.filter(isBuiltIn);
  return {
    ...who,
    kind: 'TOKEN',
    roles: new Set(roles),
    permissions: effectivePermissions([...words.flatMap(grantIn), ...rolePermissions], roles),
  };
}

interface NamedByIssuer {
  tenantId: number;
  tenantName: string;
  username: string;
  /** What the token lists: roles and permissions. */
  roles: string[];
  /** What the tenant's roles among them allow. */
  rolePermissions: string[];
}

/** Without unknown permissions, and without those whose filter can't be read: nobody gets anything by mistake. */
function grantIn(word: string): string[] {
  const grant = readGrant(word);
  return typeof grant === 'string' ? [grant] : [];
}

const Username = plainText(1, 256).refine((name) => !/\p{Cc}/u.test(name));
const Word = plainText(1, 1_024);

/** @throws UNAUTHENTICATED where the user, or the tenant that is asked for, is missing */
function read(claims: JWTPayload, { userClaim, rolesClaim, tenantClaim }: OidcOptions) {
  const username = Username.safeParse(claimAt(claims, userClaim));
  const tenant = Word.safeParse(tenantClaim ? claimAt(claims, tenantClaim) : DEFAULT_TENANT);
  if (!username.success || !tenant.success) throw unauthenticated('token');
  const given = claimAt(claims, rolesClaim);
  const words: unknown[] = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : [];
  return {
    username: username.data,
    tenant: tenant.data,
    roles: words.filter((word): word is string => Word.safeParse(word).success),
  };
}

/** The value at a dotted path; a claim may have dots in its name, too, as those that are URLs. */
export function claimAt(claims: object, path: string): unknown {
  if (Object.hasOwn(claims, path)) return (claims as Record<string, unknown>)[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
