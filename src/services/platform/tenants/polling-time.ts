import { configurationValueInvalid, DomainError } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import { parseTargetFilter } from '../../fleet/targets/fields.ts';
import { parseDuration } from './durations.ts';

/** How long a device waits between polls: `seconds`, spread by up to `deviation` percent to either side. */
export interface Interval {
  seconds: number;
  deviation: number;
}
export interface PollingTime extends Interval {
  /** The first whose filter finds the device rules. */
  overrides: (Interval & { filter: Expression })[];
}

const SHORTEST = 30;
const LONGEST = 86_399;

export const isPollingInterval = (seconds: number | undefined): seconds is number =>
  seconds !== undefined && seconds >= SHORTEST && seconds <= LONGEST;

/**
 * Reads `pollingTime`: `time[~N%][, filter -> time[~N%]]…`. A filter runs up to its `->`, a time up to the next
 * comma; a time lies between 00:00:30 and 23:59:59.
 * @throws CONFIGURATION_VALUE_INVALID, or the filter's own error, its position counted in the whole text.
 */
export function parsePollingTime(text: string): PollingTime {
  const [first, ...rest] = splitOnce(text, ',');
  const polling: PollingTime = { ...parseInterval(first), overrides: [] };
  let remaining = rest[0];
  while (remaining !== undefined) {
    const [query, after] = splitOnce(remaining, '->');
    if (after === undefined)
      throw configurationValueInvalid('pollingTime', 'an override is `filter -> time`');
    const [time, next] = splitOnce(after, ',');
    const filter = parseFilterAt(text.length - remaining.length, query);
    polling.overrides.push({ filter, ...parseInterval(time) });
    remaining = next;
  }
  return polling;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** With blanks in place of what is before the filter, so that positions in its errors are those of the whole text. */
function parseFilterAt(position: number, query: string): Expression {
  try {
    return parseTargetFilter(' '.repeat(position) + query);
  } catch (error) {
    throw error instanceof DomainError ? error.within('pollingTime') : error;
  }
}

function parseInterval(text: string): Interval {
  const [time, spread] = splitOnce(text, '~');
  const seconds = parseDuration(time.trim());
  const deviation = spread === undefined ? 0 : /^\d{1,2}(?=%$)/.exec(spread.trim())?.[0];
  if (!isPollingInterval(seconds) || deviation === undefined)
    throw configurationValueInvalid(
      'pollingTime',
      `'${shortened(text.trim())}' is no time from 00:00:30 to 23:59:59, optionally with ~N% behind it`,
    );
  return { seconds, deviation: Number(deviation) };
}

const shortened = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…`.toWellFormed() : text);
