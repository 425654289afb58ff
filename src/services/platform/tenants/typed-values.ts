import { ACTION_STATUSES, type ActionStatus } from '../../../database/tables/actions.ts';
import { DomainError, firstOf } from '../../../errors.ts';
import { printFilter } from '../../../filters/print.ts';
import { parseTargetFilter } from '../../fleet/targets/fields.ts';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKey,
  type ConfigurationKeyName,
  type ConfigurationValue,
  GATEWAY_TOKEN_KEY,
  type SettingForm,
  usableValue,
} from './configuration-keys.ts';
import { formatDuration, parseDuration } from './durations.ts';
import { isPollingInterval, parsePollingTime } from './polling-time.ts';

/* hawkBit keeps lists, durations and more in texts and numbers. Here is what they mean, for APIs with types. */

/** How long devices wait between polls, with durations as texts. */
export interface TypedInterval {
  interval: string;
  deviationPercent: number;
}
export interface TypedPollingTime extends TypedInterval {
  overrides: (TypedInterval & { filter: string })[];
}

/** What a key has, by its meaning. */
export type TypedValue = boolean | number | string | null | readonly string[] | TypedPollingTime;

interface Form {
  /** Of a value that the key takes. */
  read: (value: ConfigurationValue) => TypedValue;
  /** @throws CONFIGURATION_VALUE_INVALID and a filter's errors, with paths that begin with the key */
  write: (given: unknown, key: string) => unknown;
}

const MOST_OVERRIDES = 100;
const MOST_PERCENT = 99;

const refused = (rule: string, ...path: string[]) =>
  new DomainError('CONFIGURATION_VALUE_INVALID', rule, { path });

/** The words of a list in a text. */
export const wordsIn = (list: string): string[] =>
  list
    .split(/[,;]/)
    .map((word) => word.trim())
    .filter(Boolean);

const FORMS: Readonly<Record<SettingForm, Form>> = {
  words: { read: (value) => wordsIn(String(value)), write: joined },
  statuses: {
    // Through REST any word can be set; those that no action has mean nothing.
    read: (value) => {
      const words = new Set(wordsIn(String(value).toLowerCase()));
      return ACTION_STATUSES.filter((status) => words.has(status));
    },
    write: (given) => (given as readonly ActionStatus[]).join(',').toUpperCase(),
  },
  duration: { read: (value) => formatDuration(parseDuration(String(value)) ?? 0), write: (given) => given },
  milliseconds: {
    read: (value) => (Number(value) < 0 ? null : formatDuration(Math.floor(Number(value) / 1_000))),
    write: (given, key) => {
      const seconds = parseDuration(String(given));
      if (seconds === undefined || seconds < 0) throw refused('must be a duration, and not negative', key);
      return seconds * 1_000;
    },
  },
  pollingTime: { read: (value) => readPollingTime(String(value)), write: writePollingTime },
};

/** What a value of a key means; of one that could not be set today, what is inherited instead. */
export function typedValue(
  key: ConfigurationKeyName,
  value: ConfigurationValue,
  inherited: ConfigurationValue,
): TypedValue {
  // Without a gateway token there is none; an empty one is no token.
  if (key === GATEWAY_TOKEN_KEY) return value === '' ? null : value;
  const { form }: ConfigurationKey = CONFIGURATION_KEYS[key];
  return form ? FORMS[form].read(usableValue(key, value) ?? inherited) : value;
}

/**
 * The value that says what was given by its meaning, for `setConfiguration`, which checks it.
 * @throws CONFIGURATION_VALUE_INVALID and a filter's errors, with paths that begin with the key
 */
export function untypedValue(key: ConfigurationKeyName, given: unknown): unknown {
  const { form }: ConfigurationKey = CONFIGURATION_KEYS[key];
  return form && given !== null ? FORMS[form].write(given, key) : given;
}

function joined(given: unknown, key: string): string {
  const words = given as readonly string[];
  for (const [at, word] of words.entries())
    if (wordsIn(word)[0] !== word)
      throw refused('must not be empty, and have no comma or semicolon', key, String(at));
  return words.join(',');
}

function readPollingTime(text: string): TypedPollingTime {
  const { overrides, ...interval } = parsePollingTime(text);
  const typed = ({ seconds, deviation }: { seconds: number; deviation: number }) => ({
    interval: formatDuration(seconds),
    deviationPercent: deviation,
  });
  return {
    ...typed(interval),
    overrides: overrides.map(({ filter, ...one }) => ({ filter: printFilter(filter), ...typed(one) })),
  };
}

function writePollingTime(given: unknown, key: string): string {
  const { overrides, ...interval } = given as TypedPollingTime;
  if (overrides.length > MOST_OVERRIDES) throw refused(`must be at most ${MOST_OVERRIDES}`, key, 'overrides');
  const faults: DomainError[] = [];
  const others = overrides.map(({ filter, ...one }, at) => {
    const path = [key, 'overrides', String(at)];
    faults.push(...faultsOfFilter(filter, [...path, 'filter']));
    return `${filter} -> ${writeInterval(one, path, faults)}`;
  });
  const text = [writeInterval(interval, [key], faults), ...others].join(', ');
  if (faults.length) throw firstOf(faults);
  return text;
}

function writeInterval(
  { interval, deviationPercent }: TypedInterval,
  path: readonly string[],
  faults: DomainError[],
): string {
  const seconds = parseDuration(interval);
  if (!isPollingInterval(seconds))
    faults.push(refused('must be from 00:00:30 to 23:59:59', ...path, 'interval'));
  if (!(deviationPercent >= 0 && deviationPercent <= MOST_PERCENT))
    faults.push(refused(`must be from 0 to ${MOST_PERCENT}`, ...path, 'deviationPercent'));
  return `${formatDuration(seconds ?? 0)}${deviationPercent ? `~${deviationPercent}%` : ''}`;
}

function faultsOfFilter(filter: string, path: readonly string[]): DomainError[] {
  if (filter.includes('->')) return [refused('must not contain ->', ...path)];
  try {
    parseTargetFilter(filter);
    return [];
  } catch (error) {
    if (error instanceof DomainError) return [...error.within(...path).all];
    throw error;
  }
}
