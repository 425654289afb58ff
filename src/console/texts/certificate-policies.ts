import type { CertificateKeyKind } from '../api/types.documents.ts';
import { counted } from './common.ts';

export const keyKindTexts: Record<CertificateKeyKind, string> = {
  EC_P256: 'ECDSA P-256',
  EC_P384: 'ECDSA P-384',
  EC_P521: 'ECDSA P-521',
  ED25519: 'Ed25519',
  RSA_2048: 'RSA 2048',
  RSA_3072: 'RSA 3072',
  RSA_4096: 'RSA 4096',
};

export const policyTexts = {
  label: 'Certificates by EST',
  none: 'Its devices get no certificates.',
  add: 'Issue certificates',
  addLabel: (group: string) => `Issue certificates to devices of ${group}`,
  editLabel: (group: string) => `Edit the certificate policy of ${group}`,
  title: (group: string) => `Certificate policy of ${group}`,
  lead: 'On these terms devices get certificates by EST (RFC 7030), from the newest authority that issues.',
  lifetime: 'Days that a certificate is valid',
  lifetimeHint: 'Never longer than its authority.',
  renewal: 'Days before its end in which it may be renewed',
  keyKinds: 'Kinds of keys',
  keyKindsHint: 'Devices are advised to use the first.',
  alternativeNames: 'Alternative names that a device may ask for',
  alternativeNamesHint: 'For example DNS:{controllerId}.example.org. Press Enter after each.',
  noIssuer: 'No authority issues certificates at the moment, so devices get none.',
  makeIssuer: 'Make one in the settings.',
  valid: (days: number) => `valid for ${counted(days, 'day')}`,
  renewed: (days: number) => `renewed in the last ${counted(days, 'day')}`,
  save: 'Save the policy',
  saved: (group: string) => `The certificate policy of ${group} is saved.`,
  removeLabel: (group: string) => `Delete the certificate policy of ${group}`,
  removeText:
    'Its devices get and renew no certificates any more. Those that they have stay good until their end.',
  removed: 'The certificate policy is deleted.',
};
