/** What the audit trail tells of, by kind of thing: `target.created`. */
const EVENTS = {
  action: [
    'canceled',
    'cancellation-confirmed',
    'cleaned-up',
    'confirmed',
    'deleted',
    'denied',
    'download-begun',
    'downloaded',
    'error',
    'finished',
    'force-quit',
    'forced',
    'reported',
    'retrieved',
  ],
  'api-key': ['created', 'deleted'],
  artifact: ['created', 'deleted', 'upload-created'],
  'auto-assignment': ['created', 'updated', 'deleted', 'approved', 'denied', 'started', 'paused', 'resumed'],
  'certificate-authority': ['created', 'updated', 'deleted', 'failed'],
  configuration: ['updated', 'reset'],
  'distribution-set': [
    'created',
    'updated',
    'deleted',
    'assigned',
    'auto-assigned',
    'invalidated',
    'metadata-set',
    'metadata-deleted',
    'tags-assigned',
    'tags-unassigned',
  ],
  'distribution-set-tag': ['created', 'updated', 'deleted'],
  'distribution-set-type': ['created', 'updated', 'deleted'],
  'enrollment-group': [
    'created',
    'updated',
    'deleted',
    'token-rotated',
    'derivation-key-set',
    'derivation-key-deleted',
  ],
  'enrollment-hook': ['set', 'cleared', 'tested', 'denied', 'failed'],
  'enrollment-token': ['deleted'],
  import: ['upload-created', 'started', 'resumed'],
  job: ['created', 'finished', 'failed', 'canceled'],
  'pending-target': ['created', 'denied', 'rejected'],
  permission: ['refused'],
  role: ['created', 'updated', 'deleted'],
  rollout: [
    'created',
    'updated',
    'waiting-for-approval',
    'approved',
    'denied',
    'ready',
    'starting',
    'running',
    'paused',
    'resumed',
    'next-group-triggered',
    'finished',
    'stopping',
    'stopped',
    'deleting',
    'deleted',
  ],
  'rollout-group': ['created', 'running', 'finished', 'error'],
  session: ['begun', 'ended'],
  'sign-in': ['failed'],
  'software-module': ['created', 'updated', 'deleted', 'metadata-set', 'metadata-deleted'],
  'software-module-type': ['created', 'updated', 'deleted'],
  target: [
    'approved',
    'attributes-reported',
    'attributes-set',
    'auto-confirm-activated',
    'auto-confirm-deactivated',
    'claimed',
    'certificate-issued',
    'certificate-renewed',
    'certificate-revoked',
    'created',
    'deleted',
    'group-assigned',
    'imported',
    'metadata-deleted',
    'metadata-set',
    'moved',
    'quota-near',
    'quota-reached',
    'registered',
    'release-ended',
    'released',
    'set-reported',
    'sharing-suspected',
    'tags-assigned',
    'tags-unassigned',
    'token-confirmed',
    'token-rotated',
    'derived-tokens-ended',
    'type-assigned',
    'updated',
  ],
  'target-filter': ['created', 'updated', 'deleted', 'set-assigned', 'set-cleared'],
  'target-tag': ['created', 'updated', 'deleted'],
  'target-type': ['created', 'updated', 'deleted'],
  tenant: ['created', 'quota-near', 'quota-reached', 'quotas-set'],
  user: ['created', 'updated', 'deleted', 'password-set'],
  webhook: ['created', 'updated', 'deleted', 'redelivered', 'tested'],
} as const;

type Events = typeof EVENTS;
export type EventKind = keyof Events;
/** The type of an event. */
export type EventType = { [K in EventKind]: `${K}.${Events[K][number]}` }[EventKind];

export const EVENT_KINDS = Object.keys(EVENTS) as EventKind[];
export const EVENT_TYPES = EVENT_KINDS.flatMap((kind) =>
  EVENTS[kind].map((what) => `${kind}.${what}` as EventType),
);

/** All events of a kind, as webhooks ask for them: `target.*`. */
export const EVENT_FAMILIES = EVENT_KINDS.map((kind) => `${kind}.*` as const);

/** Whether a type, or the beginning of one with a `*` after it, is that of any event. */
export const namesEvents = (pattern: string): boolean =>
  pattern.endsWith('*')
    ? EVENT_TYPES.some((type) => type.startsWith(pattern.slice(0, -1)))
    : (EVENT_TYPES as string[]).includes(pattern);
