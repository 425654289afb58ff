import type { ActionStatus, PollingTimeInput, SettingsFullFragment } from '../../api/types.documents.ts';
import { settingsTexts as texts } from '../../texts/settings.ts';

/* Settings as one text each, to be read and changed in a line. */

type SettingName = keyof typeof texts.names;
type Value = NonNullable<SettingsFullFragment[SettingName]>['value'];

/** A value as it is shown and changed. */
export function shownValue(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? texts.on : texts.off;
  if (typeof value !== 'object') return String(value);
  return 'interval' in value ? shownPollingTime(value) : value.join(', ');
}

/** What a text that was typed says, or why it says nothing. */
export function writtenValue(name: SettingName, text: string): { value: unknown } | { refused: string } {
  switch (name) {
    case 'pollingTime':
      return writtenPollingTime(text);
    case 'certificateHeaderIssuers':
      return { value: wordsIn(text) };
    case 'actionCleanupStatuses':
    case 'deletableActionStatuses':
      return writtenStatuses(text);
    case 'actionCleanupOnQuotaHitPercent':
    case 'auditRetentionDays':
    case 'fleetHistoryRetentionDays':
    case 'jobRetentionDays':
    case 'maintenanceWindowPollCount':
      return /^-?\d{1,9}$/.test(text) ? { value: Number(text) } : { refused: texts.number };
    default:
      return { value: text };
  }
}

const wordsIn = (text: string) =>
  text
    .split(/[,;]/)
    .map((word) => word.trim())
    .filter(Boolean);

const STATUSES: Record<ActionStatus, true> = {
  CANCELED: true,
  CANCELING: true,
  CANCEL_REJECTED: true,
  DOWNLOAD: true,
  DOWNLOADED: true,
  ERROR: true,
  FINISHED: true,
  RETRIEVED: true,
  RUNNING: true,
  SCHEDULED: true,
  WAIT_FOR_CONFIRMATION: true,
  WARNING: true,
};

function writtenStatuses(text: string) {
  const words = wordsIn(text.toUpperCase());
  const unknown = words.find((word) => !Object.hasOwn(STATUSES, word));
  return unknown === undefined ? { value: words } : { refused: texts.noStatus(unknown) };
}

type Interval = Pick<PollingTimeInput, 'interval' | 'deviationPercent'>;

const shownInterval = ({ interval, deviationPercent }: Interval) =>
  deviationPercent ? `${interval}~${deviationPercent}%` : interval;

const shownPollingTime = ({
  overrides,
  ...interval
}: NonNullable<SettingsFullFragment['pollingTime']>['value']) =>
  [
    shownInterval(interval),
    ...overrides.map(({ filter, ...one }) => `${filter} -> ${shownInterval(one)}`),
  ].join(', ');

function writtenInterval(text: string): Interval {
  const [, interval, percent] = /^(.*?)(?:~(\d{1,3})%)?$/s.exec(text.trim())!;
  return { interval: interval!.trim(), deviationPercent: Number(percent ?? 0) };
}

/** `interval~N%, filter -> interval~N%, …`: a filter may have commas, an interval has none. */
function writtenPollingTime(text: string): { value: PollingTimeInput } | { refused: string } {
  const [first = '', ...rest] = text.split(',');
  const overrides: PollingTimeInput['overrides'] = [];
  let remaining = rest.join(',');
  while (remaining.trim()) {
    const arrow = remaining.indexOf('->');
    if (arrow < 0) return { refused: texts.badOverride };
    const end = remaining.indexOf(',', arrow);
    const interval = remaining.slice(arrow + '->'.length, end < 0 ? undefined : end);
    overrides.push({ filter: remaining.slice(0, arrow).trim(), ...writtenInterval(interval) });
    remaining = end < 0 ? '' : remaining.slice(end + 1);
  }
  return { value: { ...writtenInterval(first), overrides } };
}
