import { hash, type X509Certificate } from 'node:crypto';
import type { CredentialKind } from '../../../database/tables/targets.ts';

/** A credential that a device signs in with. */
export interface CredentialUse {
  kind: CredentialKind;
  /** When it expires, in milliseconds; infinity where it doesn't. */
  until: number;
  /** Tells it from other credentials of the same device, mostly. */
  mark: number;
}

/** What is stored of one. */
export type KindOfUse = Pick<CredentialUse, 'kind' | 'until'>;

export const NEWEST_TOKEN: CredentialUse = { kind: 'target_token', until: Number.POSITIVE_INFINITY, mark: 1 };
export const oldToken = (until: number): CredentialUse => ({ kind: 'target_token', until, mark: 2 });

export const isOwnToken = ({ kind }: KindOfUse): boolean => kind === 'target_token';

export const sameUse = (one: KindOfUse, other: KindOfUse): boolean =>
  one.kind === other.kind && one.until === other.until;

const ofCertificates = new WeakMap<X509Certificate, CredentialUse>();

/** A certificate stays the same object as long as its connection is open. */
export function certificateUse(certificate: X509Certificate): CredentialUse {
  const known = ofCertificates.get(certificate);
  if (known) return known;
  const use: CredentialUse = {
    kind: 'certificate',
    until: Date.parse(certificate.validTo),
    mark: Number.parseInt(hash('sha256', certificate.raw).slice(0, 7), 16),
  };
  ofCertificates.set(certificate, use);
  return use;
}
