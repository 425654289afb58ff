import { asc, eq } from 'drizzle-orm';
import {
  type IssuingKind,
  issuingAuthorities,
  type UpstreamServer,
} from '../../../database/tables/issuing-authorities.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';

/** What makes a certificate authority one that issues here, without its secrets. */
export interface IssuingDetails {
  kind: IssuingKind;
  /** Whether it signs now: the newest does. */
  isCurrent: boolean;
  /** The certificates above its own, in PEM, the nearest first. */
  chain: string[];
  /** Where it is another server that signs, without what is secret. */
  upstream: UpstreamServer | null;
}

/** For each certificate authority what it issues with, or null where it issues nothing. Needs READ_TENANT_CONFIGURATION. */
export async function findIssuingDetails(
  context: Context,
  authorityIds: readonly number[],
): Promise<(IssuingDetails | null)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  // A tenant has few authorities, and only all of them say which is the newest.
  const rows = await context.database
    .select({
      authorityId: issuingAuthorities.authorityId,
      kind: issuingAuthorities.kind,
      chain: issuingAuthorities.chain,
      upstream: issuingAuthorities.upstream,
    })
    .from(issuingAuthorities)
    .where(eq(issuingAuthorities.tenantId, tenantId))
    .orderBy(asc(issuingAuthorities.authorityId));
  const newest = rows.at(-1)?.authorityId;
  const found = new Map(
    rows.map(({ authorityId, ...row }) => [authorityId, { ...row, isCurrent: authorityId === newest }]),
  );
  return authorityIds.map((id) => found.get(id) ?? null);
}
