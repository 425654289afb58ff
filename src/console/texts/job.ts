import type { ImportState, JobKind, JobState } from '../api/types.documents.ts';
import { counted, numberText } from './common.ts';

export const jobTexts = {
  progress: (done: number, total: number) => `${numberText(done)} of ${counted(total, 'target')}`,
  label: 'Progress',
  background: 'It goes on in the background if you close this.',
  stop: 'Stop',
  canceled: (done: number) => `Stopped after ${counted(done, 'target')}.`,
  failed: 'It ended with an error.',
};

export const jobKindTexts: Record<JobKind, string> = {
  APPROVE_TARGETS: 'Approve devices',
  ASSIGN_DISTRIBUTION_SET: 'Assign software',
  ASSIGN_TARGET_GROUP: 'Set group',
  ASSIGN_TARGET_TAGS: 'Tag',
  ASSIGN_TARGET_TYPE: 'Set type',
  CANCEL_ACTIONS: 'Cancel actions',
  CONFIRM_ACTIONS: 'Confirm actions',
  DELETE_ACTIONS: 'Delete actions',
  DELETE_TARGETS: 'Delete targets',
  DELETE_TARGET_METADATA: 'Remove metadata',
  END_CLAIM_CODES: 'End codes',
  FORCE_ACTIONS: 'Force actions',
  REJECT_TARGETS: 'Reject devices',
  RELEASE_TARGETS: 'Release targets',
  ROTATE_TARGET_TOKENS: 'Rotate tokens',
  SET_AUTO_CONFIRM: 'Set consent',
  SET_TARGET_ATTRIBUTES: 'Set attributes',
  SET_TARGET_METADATA: 'Set metadata',
  UNASSIGN_TARGET_TAGS: 'Remove tag',
};

export const jobStateTexts: Record<JobState, string> = {
  CANCELED: 'Stopped',
  FAILED: 'Failed',
  FINISHED: 'Finished',
  QUEUED: 'Waits for its turn',
  RUNNING: 'Running',
};

export const importStateTexts: Record<ImportState, string> = {
  FAILED: 'Failed',
  FINISHED: 'Finished',
  INTERRUPTED: 'Interrupted',
  RUNNING: 'Running',
  WAITING: 'Waits for its file',
};

export const jobsTexts = {
  title: 'Jobs',
  lead: 'Changes of many at once run in the background, and stay listed here after they end.',
  tabs: { jobs: 'Changes', imports: 'Imports' },
  filterPlaceholder: 'state==running',
  emptyTitle: 'No job yet',
  emptyHint: 'A change of more than 1,000 targets by a filter is a job.',
  columns: {
    kind: 'What',
    filter: 'Which',
    state: 'State',
    done: 'Done',
    refused: 'Refused',
    by: 'By',
    at: 'Since',
    ended: 'Ended',
  },
  stop: 'Stop',
  stopLabel: (what: string) => `Stop: ${what}`,
  stopText: 'What it has done stays; the others stay as they are.',
  stopped: 'The job stops.',
};

export const importsTexts = {
  table: 'Imports',
  filterPlaceholder: 'rowsRefused > 0',
  emptyTitle: 'No import yet',
  checked: ' (only checked)',
  refusedLabel: (count: number) => `Download ${counted(count, 'refused row')}`,
  columns: {
    name: 'Import',
    state: 'State',
    read: 'Rows',
    created: 'Created',
    updated: 'Changed',
    refused: 'Refused',
    by: 'By',
    at: 'When',
  },
};
