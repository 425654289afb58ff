import { createPrivateKey } from 'node:crypto';
import { issuingUnavailable } from '../../../errors.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Secrets } from '../../shared/secrets.ts';
import { factsOf } from '../certificate-authorities/certificate.ts';
import type { Issuing, TrustedAuthority } from '../certificate-authorities/trusted.ts';
import { type Issuer, issuerOf } from './sign.ts';
import type { Upstream, UpstreamSecrets } from './upstream/input.ts';

export type IssuingAuthority = TrustedAuthority & { issuing: Issuing };

export const isIssuing = (authority: TrustedAuthority): authority is IssuingAuthority =>
  authority.issuing !== null;

/** The authority that signs for a tenant now: the newest. @throws UNAVAILABLE where there is none, or it has expired */
export function issuingAuthorityOf({ certificateAuthorities }: Tenant, now: Date): IssuingAuthority {
  const authority = certificateAuthorities.findLast(isIssuing);
  if (!authority) throw issuingUnavailable('The tenant has no authority that issues certificates.');
  if (factsOf(authority.certificate).notAfter <= now)
    throw issuingUnavailable('The authority that issues certificates has expired.');
  return authority;
}

/** The server that signs for an authority; undefined where its key is here. @throws UNAVAILABLE */
export function upstreamOf({ issuing }: IssuingAuthority, secrets: Secrets): Upstream | undefined {
  const { upstream: server, secret } = issuing;
  return server ? { server, secrets: JSON.parse(secrets.open(secret)) as UpstreamSecrets } : undefined;
}

const opened = new WeakMap<TrustedAuthority, Issuer>();

/** What an authority signs with: decrypted once, and forgotten with the tenant's rules. @throws UNAVAILABLE */
export function signerOf(authority: IssuingAuthority, secrets: Secrets): Issuer {
  const { certificate, issuing } = authority;
  const issuer =
    opened.get(authority) ?? issuerOf(certificate, createPrivateKey(secrets.open(issuing.secret)));
  opened.set(authority, issuer);
  return issuer;
}
