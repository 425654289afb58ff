import { counted, numberText } from './common.ts';

export const actionsTexts = {
  title: 'Actions',
  lead: 'What each target has to do, or had to: by an assignment, a rollout or an auto-assignment. The newest comes first.',
  table: 'Actions',
  filterPlaceholder: 'active==true and distributionSet.name==Pumps',
  emptyTitle: 'No action yet',
  emptyHint:
    'Assign a distribution set to targets, or roll one out: each target then has an action, which is seen here.',
  nothing: 'No action matches this filter',
  columns: {
    target: 'Target',
    set: 'Distribution set',
    status: 'State',
    force: 'How',
    by: 'By',
    created: 'Assigned',
    changed: 'Last report',
  },
  name: (target: string) => `action of ${target}`,
  kinds: {
    cancel: 'Cancel',
    force: 'Force',
    end: 'End without the device',
  },
  titles: {
    cancel: (count: number) => `Cancel ${counted(count, 'action')}?`,
    force: (count: number) => `Force ${counted(count, 'action')}?`,
    end: (count: number) => `End ${counted(count, 'action')} without the devices?`,
  },
  asked: {
    cancel: 'The devices are asked to stop. Those that have ended stay as they are.',
    force: 'The devices install at once, with their next poll.',
    end: 'Cancellations that wait for a device are ended at once; the devices may go on all the same.',
  },
  buttons: {
    cancel: (count: number) => `Cancel ${numberText(count)}`,
    force: (count: number) => `Force ${numberText(count)}`,
    end: (count: number) => `End ${numberText(count)}`,
  },
  told: {
    cancel: (count: number) => `${counted(count, 'action')} canceled.`,
    force: (count: number) => `${counted(count, 'action')} forced.`,
    end: (count: number) => `${counted(count, 'action')} ended.`,
  },
};
