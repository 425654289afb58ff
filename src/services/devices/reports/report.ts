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
 * The entry that a report makes in the history: what the device says, after `answer`, which the server has to say of it;
 * without either a summary of the server's, and with a code that, too. @throws QUOTA_EXCEEDED
 */
export function entryOf(report: Report, status: ActionStatus, answer?: string): NewEntry {
  const { details, code, occurredAt } = report;
  const said = answer ?? (details.length ? undefined : summaryOf(report));
  const messages = messagesOf(details.map(storableText), {
    before: said === undefined ? [] : [SERVER_MESSAGE + said],
    after: code === undefined ? [] : [`Device reported status code: ${code}`],
  });
  return { status, code, messages, occurredAt };
}

function summaryOf({ execution, result, progress }: Report): string {
  const outcome = execution === 'closed' ? ` with ${result}` : '';
  const share = progress ? ` (${progress.done}${progress.of === null ? '' : ` of ${progress.of}`})` : '';
  return `the device reported ${execution}${outcome}${share}`;
}
