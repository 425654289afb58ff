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
