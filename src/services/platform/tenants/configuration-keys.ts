import { configurationValueInvalid, DomainError, malformed } from '../../../errors.ts';
import { HEADER_RULE, isHeaderText, isStorableText } from '../../shared/text.ts';
import { parseDuration } from './durations.ts';
import { parsePollingTime } from './polling-time.ts';
import type { SystemDefaults } from './system-defaults.ts';

export type ConfigurationValue = string | number | boolean;

export type SettingForm = 'statuses' | 'words' | 'duration' | 'milliseconds' | 'pollingTime';

export interface ConfigurationKey {
  /** As hawkBit has it. An `id` is the number of something the tenant has. */
  kind: 'boolean' | 'integer' | 'text' | 'id';
  /** What a text or a number is in truth: see `typed-values.ts`. */
  form?: SettingForm;
  about: string;
  /** What a tenant has that set nothing itself. */
  inherited: (system: SystemDefaults) => ConfigurationValue;
  /** The setting of the system that the operator may give for it. */
  system?: keyof SystemDefaults['given'];
  /** Refuses what the kind alone would take. */
  check?: (value: ConfigurationValue) => void;
}

const boolean = (about: string, inherited: () => boolean): ConfigurationKey => ({
  kind: 'boolean',
  about,
  inherited,
});
const ofSystem = (about: string, system: keyof SystemDefaults['given']): ConfigurationKey => ({
  kind: 'boolean',
  about,
  inherited: (defaults) => defaults[system],
  system,
});
const integer = (
  about: string,
  inherited: number,
  check?: (value: ConfigurationValue) => void,
): ConfigurationKey => ({ kind: 'integer', about, inherited: () => inherited, check });
const text = (
  about: string,
  inherited: string,
  check?: (value: ConfigurationValue) => void,
): ConfigurationKey => ({ kind: 'text', about, inherited: () => inherited, check });

const no = () => false;

export const AUDIT_RETENTION_DAYS = 365;
export const HISTORY_RETENTION_DAYS = 90;
export const JOB_RETENTION_DAYS = 30;
export const IMPORT_RETENTION_DAYS = 30;

/** The distribution set type that a new set has where none is named. Every tenant has one: nothing is inherited. */
export const DEFAULT_SET_TYPE_KEY = 'default.ds.type';
/** Of the default enrollment group: the token that devices have shared since hawkBit. */
export const GATEWAY_TOKEN_KEY = 'authentication.gatewaytoken.key';

/** Every key a tenant can set, by hawkBit's names; those that hawkBit does not know are Muster's own. */
export const CONFIGURATION_KEYS = {
  'authentication.targettoken.enabled': ofSystem(
    'Whether devices may sign in by their own token.',
    'targetTokenEnabled',
  ),
  'authentication.gatewaytoken.enabled': ofSystem(
    'Whether devices may sign in by a token of the default enrollment group, the gateway token.',
    'gatewayTokenEnabled',
  ),
  [GATEWAY_TOKEN_KEY]: text(
    'The token of the default enrollment group, which all devices may share.',
    '',
    (value) => {
      if (!isHeaderText(String(value))) throw configurationValueInvalid(GATEWAY_TOKEN_KEY, HEADER_RULE);
    },
  ),
  'authentication.header.enabled': boolean(
    'Whether devices may sign in by a certificate that a trusted proxy has checked.',
    no,
  ),
  'authentication.header.authority': {
    ...text('The hashes of the issuers that are accepted.', ''),
    form: 'words',
  },
  'autoregistration.enabled': boolean(
    'Whether an unknown device that shows a valid token of an enrollment group, or certificate, is registered.',
    () => true,
  ),
  'moved.targets.redirect.enabled': boolean(
    'Whether a device that another tenant has taken over is told its new address, instead of being answered at this one.',
    no,
  ),
  pollingTime: {
    ...text('How long devices wait between polls, with deviation and overrides.', '00:05:00', (value) =>
      parsePollingTime(String(value)),
    ),
    form: 'pollingTime',
  },
  pollingOverdueTime: {
    ...text('How late a poll may be before the device counts as overdue.', '00:05:00', checkOverdueTime),
    form: 'duration',
  },
  maintenanceWindowPollCount: integer(
    'How often a device should poll before its maintenance window.',
    3,
    (value) => checkInteger32('maintenanceWindowPollCount', value),
  ),
  'rollout.approval.enabled': boolean('Whether a rollout waits for an approval.', no),
  'auto.assignment.approval.enabled': boolean('Whether an automatic assignment waits for an approval.', no),
  'repository.actions.autoclose.enabled': boolean('Whether a new assignment closes a running action.', no),
  'user.confirmation.flow.enabled': boolean('Whether an assignment asks for confirmation.', no),
  'implicit.lock.enabled': boolean(
    'Whether a distribution set is locked when it is first assigned.',
    () => true,
  ),
  'batch.assignments.enabled': boolean('Whether one message may assign a set to several devices.', no),
  'action.cleanup.enabled': boolean(
    'Whether ended actions are cleaned up, once it is set after how long.',
    () => true,
  ),
  'action.cleanup.auto.expiry': {
    ...integer('How long after its end an action is cleaned up.', -1),
    form: 'milliseconds',
  },
  'action.cleanup.auto.status': {
    ...text('The states in which ended actions are cleaned up.', 'CANCELED,ERROR'),
    form: 'statuses',
  },
  'action.cleanup.onQuotaHit.percent': integer(
    'Percent of its actions that a target loses, the oldest first, when it has as many as it may have.',
    0,
    (value) => checkInteger32('action.cleanup.onQuotaHit.percent', value),
  ),
  'audit.retention.days': integer(
    'Days after which events of the audit trail are forgotten.',
    AUDIT_RETENTION_DAYS,
    (value) => checkDays('audit.retention.days', value),
  ),
  'fleet.history.retention.days': integer(
    'Days after which the history of the fleet is forgotten.',
    HISTORY_RETENTION_DAYS,
    (value) => checkDays('fleet.history.retention.days', value),
  ),
  'job.retention.days': integer(
    'Days after which jobs that have ended are forgotten.',
    JOB_RETENTION_DAYS,
    (value) => checkDays('job.retention.days', value),
  ),
  'hardware.attribute.swupdate': text(
    'The attribute by which devices report what the hardware-compatibility of an update for SWUpdate names.',
    'hw_revision',
    (value) => checkAttribute('hardware.attribute.swupdate', value),
  ),
  'hardware.attribute.rauc': text(
    'The attribute by which devices report what the compatible of a RAUC bundle names.',
    'compatible',
    (value) => checkAttribute('hardware.attribute.rauc', value),
  ),
  'import.retention.days': integer(
    'Days after its last progress when an import is forgotten, with its faults and its refused rows.',
    IMPORT_RETENTION_DAYS,
    (value) => checkDays('import.retention.days', value),
  ),
  'action.delete.allowed.statuses': {
    ...text('The states in which an action may be deleted.', 'CANCELED,ERROR,FINISHED'),
    form: 'statuses',
  },
  [DEFAULT_SET_TYPE_KEY]: {
    kind: 'id',
    about: 'The distribution set type that a new distribution set has where none is named.',
    inherited: () => 0,
  },
} as const satisfies Record<string, ConfigurationKey>;

export type ConfigurationKeyName = keyof typeof CONFIGURATION_KEYS;

/** Own names only, so that `constructor` is none. */
export const isConfigurationKey = (name: string): name is ConfigurationKeyName =>
  Object.hasOwn(CONFIGURATION_KEYS, name);

/**
 * Turns what a caller sent into the value to store, by the conversions hawkBit makes: `"on"` is true, `"4"` and
 * 4.7 are 4, a number becomes the text of a text key.
 * @throws CONFIGURATION_VALUE_INVALID, MALFORMED_INPUT, and a filter's errors from `pollingTime`
 */
export function convertConfigurationValue(name: ConfigurationKeyName, value: unknown): ConfigurationValue {
  const key: ConfigurationKey = CONFIGURATION_KEYS[name];
  if (value === null || value === undefined) throw malformed(`${name}: a value is needed`, [name]);
  const converted = CONVERSIONS[key.kind](value);
  if (converted === undefined) throw configurationValueInvalid(name, `must be ${RULES[key.kind]}`);
  key.check?.(converted);
  return converted;
}

/** A stored value, or undefined where it would be refused today: rules may have changed since it was stored. */
export function usableValue(name: ConfigurationKeyName, stored: unknown): ConfigurationValue | undefined {
  try {
    return convertConfigurationValue(name, stored);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

const LONGEST_TEXT = 4096;
const RULES = {
  boolean: 'a boolean',
  integer: `a whole number, at most ${Number.MAX_SAFE_INTEGER}`,
  text: `a text of at most ${LONGEST_TEXT} characters, without U+0000 and unpaired surrogates`,
  id: 'a number',
};
const TRUE = /^(true|on|yes|1)$/i;
const FALSE = /^(false|off|no|0)$/i;

const CONVERSIONS: Record<ConfigurationKey['kind'], (value: unknown) => ConfigurationValue | undefined> = {
  boolean(value) {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'string') return undefined;
    return TRUE.test(value.trim()) ? true : FALSE.test(value.trim()) ? false : undefined;
  },
  integer(value) {
    const isWhole = typeof value === 'string' && /^[+-]?\d+$/.test(value.trim());
    // Adding 0 makes 0 of the -0 that -0.5 is cut to.
    const number = typeof value === 'number' || isWhole ? Math.trunc(Number(value)) + 0 : Number.NaN;
    return Number.isSafeInteger(number) ? number : undefined;
  },
  text(value) {
    const text = isPrimitive(value) ? String(value) : undefined;
    return text !== undefined && isStorableText(text) && text.length <= LONGEST_TEXT ? text : undefined;
  },
  id: (value) => (Number.isSafeInteger(value) ? Number(value) : undefined),
};

const isPrimitive = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

function checkInteger32(name: string, value: ConfigurationValue): void {
  if (value !== (Number(value) | 0))
    throw configurationValueInvalid(name, 'must be a whole number of 32 bits');
}

function checkDays(name: string, value: ConfigurationValue): void {
  if (!(Number(value) >= 1 && Number(value) <= 36_500))
    throw configurationValueInvalid(name, 'must be from 1 to 36500');
}

/** It becomes the field of a filter. Empty: devices don't report it. */
function checkAttribute(name: string, value: ConfigurationValue): void {
  if (!/^[^"'();,=<>!~ \t\r\n\f]{0,128}$/.test(String(value)))
    throw configurationValueInvalid(name, 'must be the key of an attribute as filters name it, or empty');
}

function checkOverdueTime(value: ConfigurationValue): void {
  const seconds = parseDuration(String(value));
  if (seconds === undefined)
    throw malformed('pollingOverdueTime: must be a duration', ['pollingOverdueTime']);
  if (seconds < 0) throw configurationValueInvalid('pollingOverdueTime', 'must not be negative');
}
