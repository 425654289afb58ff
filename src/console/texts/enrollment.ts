import { counted, numberText } from './common.ts';

export const enrollmentTexts = {
  title: 'Enrollment',
  lead: 'How unknown devices get onto the roll: by the token of a group, at once or after an approval.',
  waiting: 'Waiting devices',
  rejected: 'Rejected',
  groups: 'Groups',
  nothingWaiting: 'No device is waiting',
  nothingWaitingHint:
    'Devices wait here that come with the token of a group which requires approval. Make such a group, and give its token to the devices.',
  nothingRejected: 'No device was rejected',
  columns: {
    controllerId: 'Controller ID',
    group: 'Group',
    address: 'Address',
    first: 'First request',
    last: 'Last request',
  },
  approve: (count: number) => `Approve ${numberText(count)}`,
  reject: (count: number) => `Reject ${numberText(count)}`,
  approveTitle: (count: number) => `Approve ${counted(count, 'device')}?`,
  approveText: (count: number) => `${counted(count, 'device')} become targets and get their own tokens.`,
  rejectTitle: (count: number) => `Reject ${counted(count, 'device')}?`,
  rejectText: (count: number) =>
    `${counted(count, 'device')} are turned away until you approve them after all, under Rejected.`,
  approved: (count: number) => `${counted(count, 'device')} approved.`,
  rejectedDone: (count: number) => `${counted(count, 'device')} rejected.`,
  newGroup: 'New group',
  createGroup: 'Create the group',
  noGroups: 'No group yet',
  noGroupsHint:
    'A group has a token that devices bring with their first request. Make one for each product or site.',
  name: 'Name',
  description: 'Description',
  limit: 'At most so many registrations',
  approval: 'Each device waits for approval',
  tokenTitle: (name: string) => `Token of ${name}`,
  tokenText: 'Copy it now: it is not shown again.',
  copyToken: 'Copy the token',
  registrations: (count: number, limit: number | null) =>
    limit === null
      ? counted(count, 'registration')
      : `${numberText(count)} of ${counted(limit, 'registration')}`,
  targets: (count: number) => counted(count, 'target'),
  tokens: (prefixes: string) => `Token ${prefixes}…`,
  needsApproval: 'with approval',
  expires: 'Ends',
  rotate: 'New token',
  rotateTitle: 'Make a new token?',
  rotateText: (name: string) => `The old token of ${name} stops working at once.`,
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText: (count: number) => `Its tokens stop working. ${counted(count, 'target')} stay on the roll.`,
  removed: 'The group is deleted.',
};
