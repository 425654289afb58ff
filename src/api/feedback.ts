import { malformed } from '../errors.ts';
import { CONFIRMATIONS, type Said } from '../services/actions/confirm.ts';
import { EXECUTIONS, RESULTS, type Report } from '../services/devices/report.ts';
import { asObject, asTexts, integerOf, type JsonObject, textOf } from './json.ts';

/**
 * Reads a report: `status.execution` and `status.result.finished` must be there, in lower case; what old clients send
 * besides is passed over.
 * @throws MALFORMED_INPUT
 */
export function readReport(body: JsonObject): Report {
  const status = asObject(body['status']);
  const result = asObject(status['result']);
  return {
    execution: wordOf(status, 'execution', EXECUTIONS),
    result: wordOf(result, 'finished', RESULTS),
    progress: progressOf(result),
    code: codeOf(status),
    details: detailsOf(status),
    occurredAt: timeOf(body),
  };
}

/** Reads a confirmation or a denial. @throws MALFORMED_INPUT */
export const readConfirmation = (body: JsonObject): Said => ({
  confirmation: wordOf(body, 'confirmation', CONFIRMATIONS),
  code: codeOf(body) ?? null,
  messages: detailsOf(body),
});

function wordOf<T extends string>(body: JsonObject, field: string, words: readonly T[]): T {
  const word = words.find((one) => one === body[field]);
  if (word === undefined) throw malformed(`${field}: must be one of ${words.join(', ')}`, [field]);
  return word;
}

/** Not worth refusing a report for: what can't be read is none. */
function progressOf(result: JsonObject): Report['progress'] {
  const progress = result['progress'];
  if (typeof progress !== 'object' || progress === null) return undefined;
  const { cnt, of } = progress as { cnt?: unknown; of?: unknown };
  return typeof cnt === 'number' ? { done: cnt, of: typeof of === 'number' ? of : null } : undefined;
}

const INT_32 = 2 ** 31;

function codeOf(body: JsonObject): number | undefined {
  const code = integerOf(body, 'code');
  if (code !== undefined && !(code >= -INT_32 && code < INT_32))
    throw malformed('code: must be a whole number of 32 bits', ['code']);
  return code;
}

/** A single text counts as a list of one. */
function detailsOf(body: JsonObject): string[] {
  const details = body['details'];
  if (details === undefined || details === null) return [];
  if (Array.isArray(details)) return asTexts(details.filter((one) => one !== null));
  return [textOf(body, 'details') ?? ''];
}

/** The years that a database takes; milliseconds since 1970. */
const LATEST = 253_402_300_799_999;

function timeOf(body: JsonObject): Date | undefined {
  const time = integerOf(body, 'timestamp');
  if (time === undefined) return undefined;
  if (!(time >= 0 && time <= LATEST))
    throw malformed('timestamp: must be milliseconds since 1970', ['timestamp']);
  return new Date(time);
}
