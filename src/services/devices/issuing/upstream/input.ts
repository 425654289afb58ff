import { z } from 'zod';
import type { UpstreamServer } from '../../../../database/tables/issuing-authorities.ts';
import { checkUrl } from '../../../platform/outgoing/check-url.ts';
import { plainText } from '../../../shared/text.ts';
import { factsOf } from '../../certificate-authorities/certificate.ts';
import { readCertificates, readPrivateKey, refuseAt } from '../pem.ts';

const certificates = plainText(1, 65_536);

/** What is told of an EST server that signs. */
export const UpstreamInput = z.object({
  url: plainText(1, 2_048),
  trustAnchors: certificates.nullish(),
  username: plainText(1, 256)
    .refine((name) => !name.includes(':'), 'must hold no colon')
    .nullish(),
  password: plainText(1, 1_024).nullish(),
  certificate: certificates.nullish(),
  privateKey: plainText(1, 16_384).nullish(),
});
type UpstreamInput = z.output<typeof UpstreamInput>;

/** By what Muster is known there, and by what it isn't stored plain. */
export interface UpstreamSecrets {
  password: string | null;
  privateKey: string | null;
}

export interface Upstream {
  server: UpstreamServer;
  secrets: UpstreamSecrets;
}

interface Terms {
  allowPrivate: boolean;
  now: Date;
  /** Where in the input it is. */
  path: readonly string[];
}

/** Checks what is told of an EST server that signs. @throws INVALID_INPUT */
export function readUpstream(given: UpstreamInput, { allowPrivate, now, path }: Terms): Upstream {
  const refuse = (field: string) => refuseAt(...path, field);
  const { username = null, password = null, trustAnchors = null } = given;
  const { certificate = null, privateKey = null } = given;
  const url = readUrl(given.url, allowPrivate, [...path, 'url']);
  if (trustAnchors !== null) readCertificates(trustAnchors, refuse('trustAnchors'));
  if ((username === null) !== (password === null))
    throw refuse('password')('must be given together with a user name');
  if ((certificate === null) !== (privateKey === null))
    throw refuse('privateKey')('must be given together with its certificate');
  if (certificate !== null) {
    const [own] = readCertificates(certificate, refuse('certificate'));
    readPrivateKey(privateKey!, own!, refuse('privateKey'));
    if (factsOf(own!).notAfter <= now) throw refuse('certificate')('has expired');
  } else if (password === null)
    throw refuse('password')('is needed where no certificate is: nobody signs for strangers');
  return {
    server: { url, trustAnchors, username, certificate },
    secrets: { password, privateKey },
  };
}

/** The address below which the operations of EST are. @throws INVALID_INPUT */
function readUrl(given: string, allowPrivate: boolean, path: string[]): string {
  checkUrl(given, allowPrivate, path);
  const url = new URL(given);
  const refuse = refuseAt(...path);
  if (url.protocol !== 'https:') throw refuse('must be an https URL');
  if (url.search || url.hash) throw refuse('must end with its path');
  return url.href.replace(/\/+$/, '');
}
