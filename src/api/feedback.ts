import { malformed } from '../errors.ts';
import { CONFIRMATIONS, type ConfirmationReport } from '../services/deployments/actions/confirm.ts';
import { EXECUTIONS, RESULTS, type Report } from '../services/devices/reports/report.ts';
import { asObject, asTexts, integer32Of, integerOf, type JsonObject, objectOf, textOf } from './json.ts';

/**
 * Reads a report. `status.execution` and `status.result.finished` are required, in lower case. Other fields from old
 * clients are ignored.
 * @throws MALFORMED_INPUT
 */
export function readReport(body: JsonObject): Report {
  const status = asObject(body['status'], 'status');
  const result = asObject(status['result'], 'status.result');
  return {
    execution: wordOf(status, 'execution', EXECUTIONS),
    result: wordOf(result, 'finished', RESULTS),
    progress: progressOf(result),
    code: integer32Of(status, 'code'),
    details: detailsOf(status),
    occurredAt: timeOf(body),
  };
}

/** Reads a confirmation or a denial. @throws MALFORMED_INPUT */
export const readConfirmation = (body: JsonObject): ConfirmationReport => ({
  confirmation: wordOf(body, 'confirmation', CONFIRMATIONS),
  code: integer32Of(body, 'code') ?? null,
  messages: detailsOf(body),
});

function wordOf<T extends string>(body: JsonObject, field: string, words: readonly T[]): T {
  const word = words.find((one) => one === body[field]);
  if (word === undefined) throw malformed(`${field}: must be one of ${words.join(', ')}`, [field]);
  return word;
}

/** Checked like everything that the body has; `{}` counts as none. */
function progressOf(result: JsonObject): Report['progress'] {
  const progress = objectOf(result, 'progress');
  if (!progress) return undefined;
  const [done, of] = [integer32Of(progress, 'cnt'), integer32Of(progress, 'of')];
  return done === undefined ? undefined : { done, of: of ?? null };
}

/** A single text counts as a list of one. */
function detailsOf(body: JsonObject): string[] {
  const details = body['details'];
  if (details === undefined || details === null) return [];
  if (Array.isArray(details))
    return asTexts(
      details.filter((one) => one !== null),
      'details',
    );
  return [textOf(body, 'details') ?? ''];
}

/** The times that the database can store, in milliseconds since 1970. */
const LATEST = 253_402_300_799_999;

function timeOf(body: JsonObject): Date | undefined {
  const time = integerOf(body, 'timestamp');
  if (time === undefined) return undefined;
  if (!(time >= 0 && time <= LATEST))
    throw malformed('timestamp: must be milliseconds since 1970', ['timestamp']);
  return new Date(time);
}
