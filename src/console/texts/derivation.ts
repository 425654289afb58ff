import type { DerivationKeySlot } from '../api/types.documents.ts';

/** For the keys of enrollment groups that tokens of devices are derived from. */
export const derivationTexts = {
  label: 'Derived tokens',
  none: 'No key: each device needs a token that it is given.',
  slots: { PRIMARY: 'first key', SECONDARY: 'second key' } satisfies Record<DerivationKeySlot, string>,
  add: 'Set a key',
  addLabel: (group: string) => `Set a key that tokens of ${group} are derived from`,
  title: (group: string) => `Derivation key of ${group}`,
  lead: 'With it, a factory computes the token of each device from its controller ID, without a connection. The key stays with you and the server; a device has only its token.',
  slot: 'Which key',
  slotHint: 'With two, one can be replaced while devices use the other.',
  free: (slot: string) => `The ${slot}`,
  taken: (slot: string) => `The ${slot}, in place of the one there is`,
  replaces: 'Tokens of the key that it replaces stop working at once.',
  own: 'A key of your own',
  ownHint: '64 to 256 hexadecimal digits. Empty: a random one is made.',
  submit: 'Set the key',
  keyText: 'Copy it now: it is not shown again.',
  copyKey: 'Copy the key',
  example: 'For example, so the device device-1 gets its token, and polls with it:',
  copyExample: 'Copy the example',
  fingerprint: (digits: string) => `fingerprint ${digits}`,
  removeLabel: (slot: string, group: string) => `Delete the ${slot} of ${group}`,
  removeText: 'Tokens that are derived from it stop working at once.',
  removed: 'The key is deleted.',
  end: 'End derived tokens',
  endTitle: 'End its derived tokens?',
  endText: (target: string) =>
    `${target} can no longer sign in with a token that is derived from a key of an enrollment group, at once. Its own token still works.`,
  ended: 'Its derived tokens no longer work.',
};
