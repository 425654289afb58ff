import type { ActionStatus } from '../../../database/tables/actions.ts';
import type { NewEntry } from '../../deployments/actions/entries.ts';
import { messagesOf, SERVER_MESSAGE } from '../../deployments/actions/messages.ts';
import { storableText } from '../../shared/text.ts';

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

/**
 * The entry of a report in the history: the server's `answer`, the device's details and its status code. Without answer
 * and details it has a summary. @throws QUOTA_EXCEEDED
 */
export function entryOf(report: Report, status: ActionStatus, answer?: string): NewEntry {
  const { details, code, occurredAt } = report;
  const message = answer ?? (details.length ? undefined : summaryOf(report));
  const messages = messagesOf(details.map(storableText), {
    before: message === undefined ? [] : [SERVER_MESSAGE + message],
    after: code === undefined ? [] : [`Device reported status code: ${code}`],
  });
  return { status, code, messages, occurredAt };
}

function summaryOf({ execution, result, progress }: Report): string {
  const outcome = execution === 'closed' ? ` with ${result}` : '';
  const share = progress ? ` (${progress.done}${progress.of === null ? '' : ` of ${progress.of}`})` : '';
  return `the device reported ${execution}${outcome}${share}`;
}
