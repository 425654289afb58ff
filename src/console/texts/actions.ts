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
    confirm: 'Confirm',
    deny: 'Deny',
    cancel: 'Cancel',
    force: 'Force',
    end: 'End without the device',
    delete: 'Delete',
  },
  titles: {
    confirm: (count: number) => `Confirm ${counted(count, 'action')}?`,
    deny: (count: number) => `Deny ${counted(count, 'action')}?`,
    cancel: (count: number) => `Cancel ${counted(count, 'action')}?`,
    force: (count: number) => `Force ${counted(count, 'action')}?`,
    end: (count: number) => `End ${counted(count, 'action')} without the devices?`,
    delete: (count: number) => `Delete ${counted(count, 'action')}?`,
  },
  asked: {
    confirm: 'Those that wait for a confirmation begin with the next poll; the others stay as they are.',
    deny: 'Those that wait for a confirmation go on waiting, with what you say in their history.',
    cancel: 'The devices are asked to stop. Those that have ended stay as they are.',
    force: 'The devices install at once, with their next poll.',
    end: 'Cancellations that wait for a device are ended at once; the devices may go on all the same.',
    delete:
      'They go with their history; what the targets have installed stays. Only actions in the states that the settings allow are deleted. It cannot be undone.',
  },
  buttons: {
    confirm: (count: number) => `Confirm ${numberText(count)}`,
    deny: (count: number) => `Deny ${numberText(count)}`,
    cancel: (count: number) => `Cancel ${numberText(count)}`,
    force: (count: number) => `Force ${numberText(count)}`,
    end: (count: number) => `End ${numberText(count)}`,
    delete: (count: number) => `Delete ${numberText(count)}`,
  },
  told: {
    confirm: (count: number) => `${counted(count, 'action')} confirmed.`,
    deny: (count: number) => `${counted(count, 'action')} denied.`,
    cancel: (count: number) => `${counted(count, 'action')} canceled.`,
    force: (count: number) => `${counted(count, 'action')} forced.`,
    end: (count: number) => `${counted(count, 'action')} ended.`,
    delete: (count: number) => `${counted(count, 'action')} deleted.`,
  },
};
