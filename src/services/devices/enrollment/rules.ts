import { asc, eq, sql } from 'drizzle-orm';
import { prepared } from '../../../database/prepared.ts';
import {
  enrollmentDerivationKeys,
  enrollmentGroups,
  enrollmentTokens,
} from '../../../database/tables/enrollment.ts';
import type { TenantSettings } from '../../platform/tenants/settings.ts';
import { digestFromHex } from '../sign-in/digest.ts';
import { matcherOf } from './patterns.ts';

/** What every request needs of a group. */
export interface GroupRules {
  id: number;
  /** Whether the group is for a device with that controllerId. */
  admits(controllerId: string): boolean;
  requiresApproval: boolean;
  /** Infinity where it never expires. */
  until: number;
}

/**
 * What signs a device in without its own token: a token of an enrollment group, one derived from a key of a group, or
 * the device's certificate.
 */
export interface EnrollmentCredential {
  /** The group whose rules make a target of an unknown device; without a group it becomes one at once. */
  group: GroupRules | undefined;
  /** Whether it also signs in targets that the group has not registered. */
  appliesToAll: boolean;
}

interface TokenRules extends EnrollmentCredential {
  group: GroupRules;
  until: number;
}

/** A key that tokens of devices are derived from. */
export interface Derivation {
  /** As it is stored. */
  key: string;
  credential: EnrollmentCredential & { group: GroupRules };
}

/** The enrollment groups of a tenant, as they are found by what devices show. */
export interface EnrollmentRules {
  /** By the token's digest: the time of a look-up may leak the digest, which says nothing about the token. */
  tokens: ReadonlyMap<string, TokenRules>;
  /** By the id of the certificate authority that a group names. */
  authorities: ReadonlyMap<number, GroupRules>;
  derivations: readonly Derivation[];
}

const groupsOfTenant = prepared((database) =>
  database
    .select({
      id: enrollmentGroups.id,
      isDefault: enrollmentGroups.isDefault,
      expiresAt: enrollmentGroups.expiresAt,
      allowedControllerIds: enrollmentGroups.allowedControllerIds,
      deniedControllerIds: enrollmentGroups.deniedControllerIds,
      appliesTo: enrollmentGroups.appliesTo,
      requiresApproval: enrollmentGroups.requiresApproval,
      certificateAuthorityId: enrollmentGroups.certificateAuthorityId,
      lastModifiedAt: enrollmentGroups.lastModifiedAt,
    })
    .from(enrollmentGroups)
    .where(eq(enrollmentGroups.tenantId, sql.placeholder('tenantId')))
    .orderBy(asc(enrollmentGroups.id))
    .prepare('enrollment_groups_of_tenant'),
);
const tokensOfTenant = prepared((database) =>
  database
    .select({
      groupId: enrollmentTokens.groupId,
      digest: enrollmentTokens.digest,
      expiresAt: enrollmentTokens.expiresAt,
    })
    .from(enrollmentTokens)
    .where(eq(enrollmentTokens.tenantId, sql.placeholder('tenantId')))
    .orderBy(asc(enrollmentTokens.id))
    .prepare('enrollment_tokens_of_tenant'),
);
const derivationKeysOfTenant = prepared((database) =>
  database
    .select({
      id: enrollmentDerivationKeys.id,
      groupId: enrollmentDerivationKeys.groupId,
      key: enrollmentDerivationKeys.key,
    })
    .from(enrollmentDerivationKeys)
    .where(eq(enrollmentDerivationKeys.tenantId, sql.placeholder('tenantId')))
    .orderBy(asc(enrollmentDerivationKeys.id))
    .prepare('enrollment_derivation_keys_of_tenant'),
);

/** The groups of a tenant with their tokens and keys, as they are stored. */
export async function readEnrollment(database: Parameters<typeof groupsOfTenant>[0], tenantId: number) {
  const [groups, tokens, derivationKeys] = await Promise.all([
    groupsOfTenant(database).execute({ tenantId }),
    tokensOfTenant(database).execute({ tenantId }),
    derivationKeysOfTenant(database).execute({ tenantId }),
  ]);
  return { groups, tokens, derivationKeys };
}
export type EnrollmentRows = Awaited<ReturnType<typeof readEnrollment>>;

/** The tokens of the default group, which include the gateway token, work only if the tenant has enabled them. */
export function enrollmentOf(
  { groups, tokens, derivationKeys }: EnrollmentRows,
  settings: TenantSettings,
): EnrollmentRules {
  const known = new Map(groups.map((row) => [row.id, { row, group: groupOf(row) }]));
  const credentialOf = (groupId: number | undefined) => {
    const found = known.get(groupId ?? Number.NaN);
    if (!found || (found.row.isDefault && !settings.gatewayTokenEnabled)) return undefined;
    return { group: found.group, appliesToAll: found.row.appliesTo === 'all' };
  };
  const byDigest = new Map<string, TokenRules>();
  const add = (digest: string, groupId: number | undefined, until = Number.POSITIVE_INFINITY) => {
    const credential = credentialOf(groupId);
    if (credential) byDigest.set(digest, { ...credential, until: Math.min(credential.group.until, until) });
  };
  const defaultGroup = groups.find(({ isDefault }) => isDefault);
  if (settings.gatewayTokenDigest) add(digestFromHex(settings.gatewayTokenDigest), defaultGroup?.id);
  for (const { groupId, digest, expiresAt } of tokens)
    add(digestFromHex(digest), groupId, expiresAt?.getTime());
  const authorities = groups.flatMap(({ id, certificateAuthorityId }) =>
    certificateAuthorityId === null ? [] : [[certificateAuthorityId, known.get(id)!.group] as const],
  );
  const derivations = derivationKeys.flatMap(({ groupId, key }) => {
    const credential = credentialOf(groupId);
    return credential ? [{ key, credential }] : [];
  });
  return { tokens: byDigest, authorities: new Map(authorities), derivations };
}

function groupOf(row: EnrollmentRows['groups'][number]): GroupRules {
  const allowed = row.allowedControllerIds.length ? matcherOf(row.allowedControllerIds) : () => true;
  const denied = matcherOf(row.deniedControllerIds);
  return {
    id: row.id,
    admits: (controllerId) => allowed(controllerId) && !denied(controllerId),
    requiresApproval: row.requiresApproval,
    until: row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}
