import type { RevocationReason } from '../api/types.documents.ts';
import { counted } from './common.ts';

export const certificatesTexts = {
  add: 'Add an authority',
  submit: 'Add the authority',
  save: 'Save the authority',
  saved: (name: string) => `${name}: saved.`,
  added: (name: string) => `${name} is added.`,
  editLabel: (name: string) => `Edit ${name}`,
  removeLabel: (name: string) => `Delete ${name}`,
  removeText: 'Devices with its certificates can no longer sign in, at once.',
  removed: 'The authority is deleted.',
  emptyTitle: 'No certificate authority yet',
  emptyHint:
    'Devices can sign in with a certificate instead of a token. Add the authority that signs the certificates of your devices.',
  name: 'Name',
  certificate: 'Certificate',
  certificateHint: 'In PEM: a root, or an authority below one. Its key stays with you.',
  certificatePlaceholder: '-----BEGIN CERTIFICATE-----',
  fromFile: 'From a file',
  valid: 'Valid',
  now: 'Valid',
  over: 'Expired',
  fingerprint: 'SHA-256',
  revoked: 'Revoked below it',
  revokedCount: (count: number) => (count === 0 ? 'none' : counted(count, 'certificate')),
  revokedLabel: 'Revoked serial numbers',
  revokedHint: 'In hexadecimal, of devices or of authorities between. Press Enter after each.',
};

/** Authorities that sign certificates of devices here. */
export const issuingTexts = {
  add: 'Make an issuing authority',
  submit: 'Make the authority',
  added: (name: string) => `${name} issues certificates from now on.`,
  lead: 'It signs certificates of devices by EST from now on, on the terms of their enrollment groups. What those before it have signed stays good.',
  source: 'Where it is from',
  sources: {
    MADE: 'made by the server',
    INTERMEDIATE: 'brought along, with its key',
    UPSTREAM: 'an EST server signs',
  },
  lifetime: 'Days that it is valid',
  certificates: 'Its certificates',
  certificatesHint: 'In PEM: its own, then those above it.',
  privateKey: 'Its private key',
  privateKeyHint: 'In PEM, without a passphrase. It is stored encrypted and never shown again.',
  privateKeyPlaceholder: '-----BEGIN PRIVATE KEY-----',
  url: 'Address',
  urlHint: 'Of its operations, by https.',
  trustAnchors: 'Authorities of its TLS',
  trustAnchorsHint: 'In PEM. Leave it empty where public authorities have signed its certificate.',
  username: 'User name',
  usernameHint: 'Of HTTP Basic. {controllerId} in it stands for that of the device.',
  password: 'Password',
  passwordHint: 'It is stored encrypted and never shown again.',
  shown: 'Certificate to show',
  shownHint: 'In PEM, where it knows Muster by one.',
  shownKey: 'Private key of that certificate',
  upstreamChange: 'Address and sign-in',
  upstreamTitle: (name: string) => `Address and sign-in of ${name}`,
  upstreamLead:
    'All of it is told anew: a password or private key that is left empty is none. The server must sign by the same key as before.',
  upstreamSaved: (name: string) => `${name} asks the server by these from now on.`,
  label: 'Issues certificates',
  current: 'issues now',
  former: 'issued before',
  list: 'List of those revoked',
  use: 'Good for',
  bootstrapOnly: 'enrolling only',
  bootstrapLabel: 'Its certificates only enroll',
  bootstrapHint: 'At the group that names it, to get another one; they sign in no device that polls.',
};

/** The certificates that a device got by EST. */
export const deviceCertificateTexts = {
  title: 'Certificates',
  hint: 'What was issued to the device; it signs in with any that is valid.',
  serial: 'Serial number',
  expires: 'Expires',
  state: 'State',
  valid: 'valid',
  notYet: 'not yet valid',
  expired: 'expired',
  revoked: 'revoked',
  by: (who: string) => `by ${who}`,
};

export const revokeTexts = {
  action: 'Revoke',
  label: (serial: string) => `Revoke ${serial}`,
  text: 'The device can no longer sign in with it, at once. It cannot be taken back.',
  reason: 'Why',
  reasonHint: 'The list of revoked certificates says it to everybody.',
  choose: 'Choose a reason',
  told: 'The certificate is revoked.',
};

export const revocationReasons: Record<RevocationReason, string> = {
  KEY_COMPROMISE: 'Somebody else may have its key',
  SUPERSEDED: 'Another one takes its place',
  CESSATION_OF_OPERATION: 'The device is no longer in use',
  AFFILIATION_CHANGED: 'The device belongs to somebody else',
  UNSPECIFIED: 'No reason is given',
};
