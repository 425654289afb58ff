import type { FailureReasonFragment } from '../api/types.documents.ts';

/** What the device said when an action failed on it, if anything. */
export const failureReasonOf = ({ statusHistory: { nodes } }: FailureReasonFragment): string | undefined =>
  nodes.find(({ status }) => status === 'ERROR')?.messages.join(' · ') || undefined;
