import type { ActionStatus, ForceType, UpdateStatus } from '../api/types.documents.ts';

export const updateStatusTexts: Record<UpdateStatus, string> = {
  IN_SYNC: 'In sync',
  PENDING: 'Pending',
  ERROR: 'Failed',
  REGISTERED: 'Registered',
  UNKNOWN: 'Unknown',
};

export const actionStatusTexts: Record<ActionStatus, string> = {
  FINISHED: 'Finished',
  ERROR: 'Failed',
  WARNING: 'Warning',
  CANCELED: 'Canceled',
  CANCELING: 'Canceling',
  CANCEL_REJECTED: 'Cancel rejected',
  DOWNLOAD: 'Downloading',
  DOWNLOADED: 'Downloaded',
  RETRIEVED: 'Retrieved',
  RUNNING: 'Running',
  SCHEDULED: 'Scheduled',
  WAIT_FOR_CONFIRMATION: 'Waiting for confirmation',
};

export const forceTypeTexts: Record<ForceType, string> = {
  FORCED: 'Forced: the device installs at once',
  SOFT: 'Soft: the device chooses the moment',
  DOWNLOAD_ONLY: 'Download only: the device does not install',
  TIME_FORCED: 'Forced from a moment on: until then the device chooses',
};

export const forceTexts = {
  label: 'How it is installed',
  at: 'Forced from',
  atHint: 'Until then the device chooses the moment. Empty: from now on.',
};
