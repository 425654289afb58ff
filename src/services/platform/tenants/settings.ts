import { storedTokenDigest } from '../../shared/secrets.ts';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKeyName,
  type ConfigurationValue,
  GATEWAY_TOKEN_KEY,
  usableValue,
} from './configuration-keys.ts';
import { parseDuration } from './durations.ts';
import { type PollingTime, parsePollingTime } from './polling-time.ts';
import type { SystemDefaults } from './system-defaults.ts';
import { wordsIn } from './typed-values.ts';

/** A tenant's configuration, ready to be used: own values over inherited ones. */
export interface TenantSettings {
  targetTokenEnabled: boolean;
  gatewayTokenEnabled: boolean;
  /** In hexadecimal; undefined where none is set: then no gateway token is right. */
  gatewayTokenDigest: string | undefined;
  headerEnabled: boolean;
  /** In lower case. */
  headerAuthorities: ReadonlySet<string>;
  autoRegistration: boolean;
  /** Whether devices that another tenant has taken over are told their new address, instead of being answered. */
  redirectsMoved: boolean;
  /** Whether an assignment asks for confirmation, so that auto-confirmation has something to do. */
  confirmationFlow: boolean;
  /** Whether a rollout waits for an approval before it can begin. */
  rolloutApproval: boolean;
  /** Whether a new assignment ends what it replaces at once, instead of asking the device. */
  autoClose: boolean;
  /** Whether a distribution set is locked when it is first assigned. */
  implicitLock: boolean;
  /** Whether an auto-assignment waits for an approval. */
  autoAssignmentApproval: boolean;
  /** The states, in lower case, in which an action may be deleted. */
  deletableActions: ReadonlySet<string>;
  /** When ended actions are cleaned up, and in which states, in lower case. */
  actionCleanup: ActionCleanup;
  polling: PollingTime;
  /** How often a device should ask before its maintenance window opens; below 1 as often as always. */
  pollsBeforeWindow: number;
  overdueSeconds: number;
  /** By the format of an update: the attribute by which devices report the hardware that they are; may be empty. */
  hardwareAttributes: Readonly<Record<'swu' | 'rauc', string>>;
}

export interface ActionCleanup {
  /** How long after they ended; null where they stay. */
  afterMs: number | null;
  statuses: ReadonlySet<string>;
  /** What part of a target's actions goes, the oldest first, when it has as many as it may have; 0 where none does. */
  percentOnQuota: number;
}

/** Resolves a tenant's settings from what it set itself; what of that can't be used is inherited all the same. */
export function resolveSettings(
  own: ReadonlyMap<string, ConfigurationValue>,
  system: SystemDefaults,
): TenantSettings {
  const value = (key: ConfigurationKeyName) =>
    usableValue(key, own.get(key)) ?? CONFIGURATION_KEYS[key].inherited(system);
  const gatewayToken = own.get(GATEWAY_TOKEN_KEY);
  const expiry = Number(value('action.cleanup.auto.expiry'));
  return {
    targetTokenEnabled: value('authentication.targettoken.enabled') === true,
    gatewayTokenEnabled: value('authentication.gatewaytoken.enabled') === true,
    gatewayTokenDigest:
      typeof gatewayToken === 'string' && gatewayToken ? storedTokenDigest(gatewayToken) : undefined,
    headerEnabled: value('authentication.header.enabled') === true,
    headerAuthorities: wordsOf(value('authentication.header.authority')),
    autoRegistration: value('autoregistration.enabled') === true,
    redirectsMoved: value('moved.targets.redirect.enabled') === true,
    confirmationFlow: value('user.confirmation.flow.enabled') === true,
    rolloutApproval: value('rollout.approval.enabled') === true,
    autoClose: value('repository.actions.autoclose.enabled') === true,
    deletableActions: wordsOf(value('action.delete.allowed.statuses')),
    autoAssignmentApproval: value('auto.assignment.approval.enabled') === true,
    actionCleanup: {
      afterMs: value('action.cleanup.enabled') === true && expiry >= 0 ? expiry : null,
      statuses: wordsOf(value('action.cleanup.auto.status')),
      percentOnQuota: Math.min(Math.max(Number(value('action.cleanup.onQuotaHit.percent')), 0), 100),
    },
    implicitLock: value('implicit.lock.enabled') === true,
    pollsBeforeWindow: Number(value('maintenanceWindowPollCount')),
    polling: parsePollingTime(String(value('pollingTime'))),
    overdueSeconds: parseDuration(String(value('pollingOverdueTime'))) ?? 0,
    hardwareAttributes: {
      swu: String(value('hardware.attribute.swupdate')),
      rauc: String(value('hardware.attribute.rauc')),
    },
  };
}

/** The words of a list, in lower case. */
const wordsOf = (list: ConfigurationValue): ReadonlySet<string> =>
  new Set(wordsIn(String(list).toLowerCase()));
