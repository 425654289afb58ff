import type { Answer, Operation } from '../openapi/operation.ts';
import { text } from '../openapi/schema.ts';

const CERTIFICATES = 'application/pkcs7-mime; smime-type=certs-only';
const BASE64 = text('DER in Base64.');

const certificates = (description: string): Answer => ({
  description,
  content: { [CERTIFICATES]: BASE64 },
});
const REQUEST = { content: { 'application/pkcs10': text('A PKCS#10 request: DER in Base64.') } };

export const CACERTS: Operation = {
  summary: 'The certificates of the authority that issues',
  answers: { 200: certificates('That of the authority first, then those above it.') },
};
export const CSRATTRS: Operation = {
  summary: 'What a request for a certificate should have',
  answers: {
    200: {
      description: 'The kind of key that the policy of the group names first.',
      content: { 'application/csrattrs': BASE64 },
    },
  },
};
export const SIMPLEENROLL: Operation = {
  summary: 'Get a first certificate',
  description:
    "By HTTP Basic with the controllerId and a token of the group, or one of the target's own; or by a certificate of the authority that the group names. An unknown device is registered by the group's rules.",
  body: REQUEST,
  answers: {
    200: certificates('The certificate.'),
    202: 'The device waits for an approval; `Retry-After` says when to ask again.',
  },
};
export const SIMPLEREENROLL: Operation = {
  summary: 'Renew a certificate',
  description:
    'By the certificate that is to be renewed, within the time before its end that the group says.',
  body: REQUEST,
  answers: { 200: certificates('The new certificate. The old one stays good until its end.') },
};
export const REVOCATION_LIST: Operation = {
  summary: 'The revoked certificates of an authority',
  description:
    'A list as RFC 5280 has it, for whoever checks certificates that were issued here. The server itself needs none: what is revoked signs nobody in, at once.',
  answers: {
    200: {
      description: 'DER. It is valid for a day, and signed anew when a certificate is revoked.',
      content: { 'application/pkix-crl': text('DER.', { format: 'binary' }) },
    },
  },
};
