import type { TimelineEntryType } from '../api/types.documents.ts';
import { capitalized, counted } from './common.ts';

/** What happened to a target, by the type of the event. A type that is not here is shown as it is. */
const EVENTS: Partial<Record<TimelineEntryType, string>> = {
  TARGET_CREATED: 'Created',
  TARGET_IMPORTED: 'Imported',
  TARGET_REGISTERED: 'Registered itself',
  TARGET_APPROVED: 'Approved',
  TARGET_UPDATED: 'Changed',
  TARGET_ATTRIBUTES_SET: 'Attributes changed',
  TARGET_ATTRIBUTES_REPORTED: 'Told its attributes',
  TARGET_METADATA_SET: 'Metadata changed',
  TARGET_METADATA_DELETED: 'Metadata removed',
  TARGET_TAGS_ASSIGNED: 'Tagged',
  TARGET_TAGS_UNASSIGNED: 'Tags removed',
  TARGET_TYPE_ASSIGNED: 'Type set',
  TARGET_GROUP_ASSIGNED: 'Group set',
  TARGET_SET_REPORTED: 'Told what it runs',
  TARGET_TOKEN_ROTATED: 'New token',
  TARGET_DERIVED_TOKENS_ENDED: 'Derived tokens ended',
  TARGET_TOKEN_CONFIRMED: 'Uses its new token',
  TARGET_AUTO_CONFIRM_ACTIVATED: 'Consent given in advance',
  TARGET_AUTO_CONFIRM_DEACTIVATED: 'Consent in advance taken back',
  DISTRIBUTION_SET_ASSIGNED: 'Software assigned',
  ACTION_CANCELED: 'Action canceled',
};

const plain = (type: TimelineEntryType) => {
  const words = type
    .replace(/^TARGET_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
  return capitalized(words);
};

export const timelineTexts = {
  title: 'Timeline',
  hint: 'What happened to it, and who did it.',
  older: 'What is older is in the audit log',
  nothing: 'Nothing is known of what happened to it.',
  more: 'Show more',
  event: (type: TimelineEntryType): string => EVENTS[type] ?? plain(type),
  step: (status: string) => `Update: ${status}`,
  by: (actor: string) => `by ${actor}`,
  byItself: 'by the device itself',
  among: (others: number, filter: string | null) =>
    `with ${counted(others, 'other target')}${filter === null ? '' : ', by the filter '}`,
};
