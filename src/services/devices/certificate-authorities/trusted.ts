import { X509Certificate } from 'node:crypto';
import { asc, eq, sql } from 'drizzle-orm';
import { prepared } from '../../../database/prepared.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';

/** An authority as devices' certificates are checked against it. */
export interface TrustedAuthority {
  id: number;
  certificate: X509Certificate;
  revokedSerials: ReadonlySet<string>;
}

/** The authorities of a tenant, as they are stored. */
export const authoritiesOfTenant = prepared((database) =>
  database
    .select({
      id: certificateAuthorities.id,
      certificate: certificateAuthorities.certificate,
      revokedSerials: certificateAuthorities.revokedSerials,
      lastModifiedAt: certificateAuthorities.lastModifiedAt,
    })
    .from(certificateAuthorities)
    .where(eq(certificateAuthorities.tenantId, sql.placeholder('tenantId')))
    .orderBy(asc(certificateAuthorities.id))
    .prepare('authorities_of_tenant'),
);
export type AuthorityRow = Awaited<ReturnType<ReturnType<typeof authoritiesOfTenant>['execute']>>[number];

export const trustedAuthority = ({ id, certificate, revokedSerials }: AuthorityRow): TrustedAuthority => ({
  id,
  certificate: new X509Certificate(certificate),
  revokedSerials: new Set(revokedSerials),
});
