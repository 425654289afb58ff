import { counted } from './common.ts';

/** What happened to a target, by the name of the event. A name that is not here is shown as it is. */
const EVENTS: Record<string, string> = {
  'target.created': 'Created',
  'target.imported': 'Imported',
  'target.registered': 'Registered itself',
  'target.approved': 'Approved',
  'target.updated': 'Changed',
  'target.attributes-set': 'Attributes changed',
  'target.attributes-reported': 'Told its attributes',
  'target.metadata-set': 'Metadata changed',
  'target.metadata-deleted': 'Metadata removed',
  'target.tags-assigned': 'Tagged',
  'target.tags-unassigned': 'Tags removed',
  'target.type-assigned': 'Type set',
  'target.group-assigned': 'Group set',
  'target.set-reported': 'Told what it runs',
  'target.token-rotated': 'New token',
  'target.token-confirmed': 'Uses its new token',
  'target.auto-confirm-activated': 'Consent given in advance',
  'target.auto-confirm-deactivated': 'Consent in advance taken back',
  'distribution-set.assigned': 'Software assigned',
  'action.canceled': 'Action canceled',
};

const plain = (name: string) => {
  const words = name.replace(/^target\./, '').replace(/[._-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const timelineTexts = {
  title: 'Timeline',
  hint: 'What happened to it, and who did it.',
  nothing: 'Nothing is known of what happened to it.',
  more: 'Show more',
  event: (type: string): string => EVENTS[type] ?? plain(type),
  step: (status: string) => `Update: ${status}`,
  by: (actor: string) => `by ${actor}`,
  byItself: 'by the device itself',
  among: (others: number, filter: string | null) =>
    `with ${counted(others, 'other target')}${filter === null ? '' : ', by the filter '}`,
  was: (before: string, after: string) => `${before} → ${after}`,
  empty: '–',
};
