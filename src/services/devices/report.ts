import type { ActionStatus } from '../../database/tables/actions.ts';
import { quotaExceeded } from '../../errors.ts';
import type { NewEntry } from '../actions/entries.ts';
import { SERVER_MESSAGE, withCode } from '../actions/write.ts';
import { storableText } from '../text.ts';

export const EXECUTIONS = [
  'closed',
  'proceeding',
  'canceled',
  'scheduled',
  'rejected',
  'resumed',
  'downloaded',
  'download',
] as const;
export const RESULTS = ['success', 'failure', 'none'] as const;

/** What a device reports of an action. */
export interface Report {
  execution: (typeof EXECUTIONS)[number];
  result: (typeof RESULTS)[number];
  progress?: { done: number; of: number | null } | undefined;
  code?: number | undefined;
  details: readonly string[];
  /** When it was, if the device tells. */
  occurredAt?: Date | undefined;
}

const MOST_DETAILS = 50;

/** @throws QUOTA_EXCEEDED */
export function requireFewDetails(details: readonly string[]): void {
  if (details.length > MOST_DETAILS) throw quotaExceeded('details of a report', MOST_DETAILS, ['details']);
}

/** The entry that a report makes in the history. @throws QUOTA_EXCEEDED */
export function entryOf(report: Report, status: ActionStatus): NewEntry {
  const { details, code, occurredAt } = report;
  requireFewDetails(details);
  const messages = details.length ? details.map(storableText) : [summaryOf(report)];
  return { status, code, messages: withCode(messages, code), occurredAt };
}

function summaryOf({ execution, result, progress }: Report): string {
  const outcome = execution === 'closed' ? ` with ${result}` : '';
  const share = progress ? ` (${progress.done}${progress.of === null ? '' : ` of ${progress.of}`})` : '';
  return `${SERVER_MESSAGE}the device reported ${execution}${outcome}${share}`;
}
