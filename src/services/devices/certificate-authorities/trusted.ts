import { X509Certificate } from 'node:crypto';
import { and, asc, eq, sql } from 'drizzle-orm';
import { prepared } from '../../../database/prepared.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { issuingAuthorities, type UpstreamServer } from '../../../database/tables/issuing-authorities.ts';

/** An authority as devices' certificates are checked against it. */
export interface TrustedAuthority {
  id: number;
  name: string;
  certificate: X509Certificate;
  revokedSerials: ReadonlySet<string>;
  /** Whether its certificates only enroll. */
  bootstrapOnly: boolean;
  /** Set where it issues certificates here: then only those that are stored for a target sign it in. */
  issuing: Issuing | null;
}

/** What an authority issues certificates with. */
export interface Issuing {
  /** As secrets are stored. */
  secret: string;
  /** The certificates above its own, in PEM. */
  chain: string[];
  /** Set where another server signs. */
  upstream: UpstreamServer | null;
}

/** Joins what an authority issues certificates with. */
export const isIssuingOf = and(
  eq(issuingAuthorities.tenantId, certificateAuthorities.tenantId),
  eq(issuingAuthorities.authorityId, certificateAuthorities.id),
);

/** The authorities of a tenant, as they are stored. */
export const authoritiesOfTenant = prepared((database) =>
  database
    .select({
      id: certificateAuthorities.id,
      name: certificateAuthorities.name,
      certificate: certificateAuthorities.certificate,
      revokedSerials: certificateAuthorities.revokedSerials,
      bootstrapOnly: certificateAuthorities.bootstrapOnly,
      lastModifiedAt: certificateAuthorities.lastModifiedAt,
      issuing: {
        secret: issuingAuthorities.secret,
        chain: issuingAuthorities.chain,
        upstream: issuingAuthorities.upstream,
      },
    })
    .from(certificateAuthorities)
    .leftJoin(issuingAuthorities, isIssuingOf)
    .where(eq(certificateAuthorities.tenantId, sql.placeholder('tenantId')))
    .orderBy(asc(certificateAuthorities.id))
    .prepare('authorities_of_tenant'),
);
export type AuthorityRow = Awaited<ReturnType<ReturnType<typeof authoritiesOfTenant>['execute']>>[number];

export const trustedAuthority = ({
  lastModifiedAt: _,
  certificate,
  revokedSerials,
  ...authority
}: AuthorityRow): TrustedAuthority => ({
  ...authority,
  certificate: new X509Certificate(certificate),
  revokedSerials: new Set(revokedSerials),
});
