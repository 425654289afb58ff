import type { AutoAssignmentStatus } from '../api/types.documents.ts';
import { counted } from './common.ts';

export const autoAssignmentStatusTexts: Record<AutoAssignmentStatus, string> = {
  APPROVAL_DENIED: 'Approval denied',
  PAUSED: 'Paused',
  READY: 'Ready',
  RUNNING: 'Running',
  WAITING_FOR_APPROVAL: 'Waiting for approval',
};

export const autoAssignmentsTexts = {
  title: 'Auto-assignments',
  lead: 'A set for every target that matches a filter, now and later.',
  create: 'New auto-assignment',
  table: 'Auto-assignments',
  emptyTitle: 'No auto-assignment yet',
  emptyHint:
    'An auto-assignment gives a distribution set to all targets that match a filter, also to those that match it only later: for example to new devices.',
  nothing: 'No auto-assignment matches this filter',
  filterPlaceholder: 'status==running and name==pump*',
  columns: {
    name: 'Name',
    status: 'Status',
    filter: 'Targets',
    set: 'Distribution set',
  },
  name: 'Name',
  description: 'Description',
  filter: 'Which targets',
  reach: (count: number) => `${counted(count, 'target')} now, and those that match later`,
  startAt: 'Starts by itself',
  startAtHint: 'Empty: at once, or as soon as it is approved.',
  weight: 'Weight',
  weightHint: 'From 0 to 1,000; the highest goes first. Empty: 1,000.',
  submit: 'Create',
  save: 'Save',
  editLabel: (name: string) => `Change ${name}`,
  saved: (name: string) => `${name} is saved.`,
  created: (name: string) => `${name} is made.`,
  kinds: {
    approve: 'Approve',
    deny: 'Deny',
    start: 'Start now',
    pause: 'Pause',
    resume: 'Resume',
  },
  label: (kind: string, name: string) => `${kind}: ${name}`,
  asked: {
    approve: (name: string) => ({
      title: `Approve ${name}?`,
      text: 'It then assigns its set to all targets that match.',
    }),
    deny: (name: string) => ({ title: `Deny ${name}?`, text: 'It never starts: it can only be deleted.' }),
  },
  done: {
    approve: (name: string) => `${name} is approved.`,
    deny: (name: string) => `${name} is denied.`,
    start: (name: string) => `${name} starts.`,
    pause: (name: string) => `${name} is paused: it assigns nothing until it is resumed.`,
    resume: (name: string) => `${name} goes on.`,
  },
  removeLabel: (name: string) => `Delete ${name}`,
  removeText: 'It assigns nothing any more. What it has assigned already stays.',
  removed: 'The auto-assignment is deleted.',
};
