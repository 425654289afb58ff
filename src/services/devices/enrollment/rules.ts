import { and, asc, eq, sql } from 'drizzle-orm';
import { prepared } from '../../../database/prepared.ts';
import {
  type CertificatePolicy,
  enrollmentDerivationKeys,
  enrollmentGroups,
  enrollmentHooks,
  enrollmentTokens,
} from '../../../database/tables/enrollment.ts';
import type { TenantSettings } from '../../platform/tenants/settings.ts';
import type { HookRules } from '../enrollment-hooks/rules.ts';
import type { CredentialUse } from '../sign-in/credential-use.ts';
import { digestFromHex } from '../sign-in/digest.ts';
import { matcherOf } from './patterns.ts';

/** What every request needs of a group. */
export interface GroupRules {
  id: number;
  name: string;
  /** Whether the group is for a device with that controllerId. */
  admits(controllerId: string): boolean;
  requiresApproval: boolean;
  /** What is asked before it registers a device, if anything is. */
  hook: HookRules | undefined;
  /** Whether its tokens also sign in targets that it has not registered. */
  appliesToAll: boolean;
  certificatePolicy: CertificatePolicy | null;
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
  use: CredentialUse;
  /** `authority/serial` of a certificate that was issued here: it signs in the target that it is stored for, and no other. */
  issuedSerial?: string;
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
  groupsByName: ReadonlyMap<string, GroupRules>;
}

const groupsOfTenant = prepared((database) =>
  database
    .select({
      id: enrollmentGroups.id,
      name: enrollmentGroups.name,
      isDefault: enrollmentGroups.isDefault,
      expiresAt: enrollmentGroups.expiresAt,
      allowedControllerIds: enrollmentGroups.allowedControllerIds,
      deniedControllerIds: enrollmentGroups.deniedControllerIds,
      appliesTo: enrollmentGroups.appliesTo,
      requiresApproval: enrollmentGroups.requiresApproval,
      certificateAuthorityId: enrollmentGroups.certificateAuthorityId,
      certificatePolicy: enrollmentGroups.certificatePolicy,
      lastModifiedAt: enrollmentGroups.lastModifiedAt,
      hook: {
        url: enrollmentHooks.url,
        secret: enrollmentHooks.secret,
        timeoutSeconds: enrollmentHooks.timeoutSeconds,
        onFailure: enrollmentHooks.onFailure,
      },
    })
    .from(enrollmentGroups)
    .leftJoin(
      enrollmentHooks,
      and(
        eq(enrollmentHooks.tenantId, enrollmentGroups.tenantId),
        eq(enrollmentHooks.groupId, enrollmentGroups.id),
      ),
    )
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
    return { group: found.group, appliesToAll: found.group.appliesToAll };
  };
  const defaultGroup = groups.find(({ isDefault }) => isDefault);
  const byDigest = new Map<string, TokenRules>();
  const add = (digest: string, groupId: number | undefined, until = Number.POSITIVE_INFINITY) => {
    const credential = credentialOf(groupId);
    if (!credential) return;
    const ends = Math.min(credential.group.until, until);
    const kind = groupId === defaultGroup?.id ? 'gateway_token' : 'group_token';
    byDigest.set(digest, { ...credential, until: ends, use: { kind, until: ends, mark: 4 } });
  };
  if (settings.gatewayTokenDigest) add(digestFromHex(settings.gatewayTokenDigest), defaultGroup?.id);
  for (const { groupId, digest, expiresAt } of tokens)
    add(digestFromHex(digest), groupId, expiresAt?.getTime());
  const authorities = groups.flatMap(({ id, certificateAuthorityId }) =>
    certificateAuthorityId === null ? [] : [[certificateAuthorityId, known.get(id)!.group] as const],
  );
  const derivations = derivationKeys.flatMap(({ groupId, key }) => {
    const credential = credentialOf(groupId);
    if (!credential) return [];
    const use = { kind: 'derived_token', until: credential.group.until, mark: 3 } as const;
    return [{ key, credential: { ...credential, use } }];
  });
  const groupsByName = new Map([...known.values()].map(({ group }) => [group.name, group]));
  return { tokens: byDigest, authorities: new Map(authorities), derivations, groupsByName };
}

function groupOf(row: EnrollmentRows['groups'][number]): GroupRules {
  const allowed = row.allowedControllerIds.length ? matcherOf(row.allowedControllerIds) : () => true;
  const denied = matcherOf(row.deniedControllerIds);
  return {
    id: row.id,
    name: row.name,
    admits: (controllerId) => allowed(controllerId) && !denied(controllerId),
    requiresApproval: row.requiresApproval,
    hook: row.hook ? { ...row.hook, groupId: row.id, groupName: row.name } : undefined,
    appliesToAll: row.appliesTo === 'all',
    certificatePolicy: row.certificatePolicy,
    until: row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}
