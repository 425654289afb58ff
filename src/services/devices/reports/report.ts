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

/** What the server says of a report, before and after what the device says. */
export interface Answers {
  before?: string | undefined;
  after?: string | undefined;
}

/** The entry of a report in the history: the details, the status code, and the server's answers. @throws QUOTA_EXCEEDED */
export function entryOf(report: Report, status: ActionStatus, { before, after }: Answers = {}): NewEntry {
  const { details, code, occurredAt } = report;
  const messages = messagesOf(details.map(storableText), {
    before: before === undefined ? [] : [SERVER_MESSAGE + before],
    after: [
      ...(code === undefined ? [] : [`Device reported status code: ${code}`]),
      ...(after === undefined ? [] : [SERVER_MESSAGE + after]),
    ],
  });
  return { status, code, messages, occurredAt };
}

/** What stands for a report on an update without details and code, in hawkBit's words. */
export function summaryOf(report: Report): string | undefined {
  const { details, code, execution, result, progress } = report;
  if (details.length || code !== undefined) return undefined;
  if (execution === 'closed')
    return result === 'failure' ? 'Target reported CLOSED with ERROR!.' : 'Target reported CLOSED with OK!.';
  const share = progress ? ` (${progress.done}${progress.of === null ? '' : ` of ${progress.of}`})` : '';
  return `${WORDS[execution] ?? `Target reported ${execution.toUpperCase()}`}${share}.`;
}

const WORDS: Partial<Record<Report['execution'], string>> = {
  canceled: 'Target confirmed cancellation.',
  rejected: 'Target REJECTED update',
  download: 'Target confirmed download start',
  downloaded: 'Target confirmed download finished',
};
