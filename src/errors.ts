import { alreadyExists, DomainError, type ErrorCode, type ErrorDetails, notFound } from './domain-error.ts';

export { DomainError, type ErrorCode, firstOf, standsTwice } from './domain-error.ts';
export * from './software-errors.ts';

/* All domain errors: call sites use these functions and never build an error by hand. */

export const unauthenticated = (signInBy: ErrorDetails['signInBy'] = 'password') =>
  new DomainError('UNAUTHENTICATED', 'Sign in to do this.', { signInBy });
export const isUnauthenticated = (error: unknown): boolean =>
  error instanceof DomainError && error.code === 'UNAUTHENTICATED';
export const tooManySignIns = () =>
  new DomainError(
    'SIGN_IN_UNAVAILABLE',
    'Too many passwords wait to be checked; try again in a few seconds.',
    { retryAfter: 5 },
  );
export const tooManyAttempts = (seconds: number) =>
  new DomainError('SIGN_IN_THROTTLED', `There were too many wrong passwords; try again in ${seconds} s.`, {
    retryAfter: seconds,
  });
/** `what` there is too much of. */
export const tooManyRequests = (what: string, seconds: number) => {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return new DomainError('TOO_MANY_REQUESTS', `There are too many ${what}; try again in ${retryAfter} s.`, {
    retryAfter,
  });
};
/** For a device that is to come again: what decides about it can't be asked now. */
export const enrollmentHookBusy = (seconds: number) => {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return new DomainError(
    'TOO_MANY_REQUESTS',
    `What decides about this device cannot be asked now; try again in ${retryAfter} s.`,
    { retryAfter },
  );
};
export const signInUnavailable = () =>
  new DomainError('SIGN_IN_UNAVAILABLE', 'The issuer of the token cannot be asked for its keys now.', {
    retryAfter: 5,
  });
export const databaseUnavailable = () =>
  new DomainError('UNAVAILABLE', 'The database is not available now; try again in a moment.', {
    retryAfter: 1,
  });
export const secretKeyMissing = (keyId: string) =>
  new DomainError('UNAVAILABLE', `This server cannot read a secret: it has not the key ${keyId}.`, {
    retryAfter: 60,
  });
export const forbidden = (permission: string) =>
  new DomainError('FORBIDDEN', `This needs the permission ${permission}.`);
/** For something that is out of the scope of a permission. */
export const outOfScope = (permission: string, what: string) =>
  new DomainError('FORBIDDEN', `The scope of the permission ${permission} does not include ${what}.`);
/** For a caller whose scope uses the fields that the call would change. */
export const namedByScope = (permission: string, fields: readonly string[]) =>
  new DomainError(
    'FORBIDDEN',
    `The scope of ${permission} uses the ${fields.join(' and ')}, so that you cannot change it.`,
  );
export const malformed = (message: string, path: string[] = []) =>
  new DomainError('MALFORMED_INPUT', message, { path });
export const invalid = (message: string, path: string[] = [], others: DomainError[] = []) =>
  new DomainError('INVALID_INPUT', message, { path, ...(others.length && { others }) });
export const invalidAttributes = (message: string, path: string[] = []) =>
  new DomainError('INVALID_ATTRIBUTES', message, { path });
export const tooManyReports = (seconds: number) =>
  new DomainError('TOO_MANY_REPORTS', `The device reports too much; try again in ${seconds} s.`, {
    retryAfter: seconds,
  });
export const quotaExceeded = (what: string, limit: number, path: string[] = []) =>
  new DomainError('QUOTA_EXCEEDED', `No more than ${limit} ${what} are allowed.`, { path });

export const subscriberTooSlow = (limit: number) =>
  new DomainError(
    'SUBSCRIBER_TOO_SLOW',
    `More than ${limit} events were not read in time: subscribe again, and read faster or less.`,
  );

export const targetNotFound = (controllerId: string, path = ['controllerId']) =>
  notFound('TARGET_NOT_FOUND', controllerId, path);
export const targetAlreadyExists = (controllerId: string, path = ['controllerId']) =>
  alreadyExists('TARGET_ALREADY_EXISTS', controllerId, path);

/** The same for all that may be wrong with a code, so that nobody learns whether there is one. */
export const claimCodeInvalid = () =>
  new DomainError(
    'CLAIM_CODE_INVALID',
    'The code is not valid: it is unknown, was used or ended, has expired, or is not for that target.',
    { path: ['code'] },
  );
export const targetMoved = (controllerId: string, movedTo: string) =>
  new DomainError('TARGET_MOVED', `The device '${controllerId}' belongs to another tenant now.`, { movedTo });

export const approvalPending = (controllerId: string) =>
  new DomainError('APPROVAL_PENDING', `The device '${controllerId}' waits for an approval.`);
/** For a certificate that another server has not signed yet. */
export const approvalPendingUpstream = (seconds: number) =>
  new DomainError('APPROVAL_PENDING', 'The authority that signs has not decided yet.', {
    retryAfter: seconds,
  });
export const pendingTargetNotFound = (controllerId: string, path = ['controllerIds']) =>
  notFound('PENDING_TARGET_NOT_FOUND', controllerId, path);

export const enrollmentGroupNotFound = (id: string, path = ['id']) =>
  notFound('ENROLLMENT_GROUP_NOT_FOUND', id, path);
export const enrollmentGroupAlreadyExists = (name: string) =>
  alreadyExists('ENROLLMENT_GROUP_ALREADY_EXISTS', name, ['name']);
export const derivationKeyNotFound = (id: string) => notFound('DERIVATION_KEY_NOT_FOUND', id, ['id']);
export const enrollmentHookNotFound = (id: string) => notFound('ENROLLMENT_HOOK_NOT_FOUND', id, ['groupId']);
export const enrollmentTokenNotFound = (id: string) => notFound('ENROLLMENT_TOKEN_NOT_FOUND', id, ['id']);

export const targetMetadataNotFound = (key: string) => notFound('TARGET_METADATA_NOT_FOUND', key, ['key']);
export const targetMetadataAlreadyExists = (key: string, path = ['key']) =>
  alreadyExists('TARGET_METADATA_ALREADY_EXISTS', key, path);

export const autoConfirmAlreadyActive = (controllerId: string) =>
  new DomainError(
    'AUTO_CONFIRM_ALREADY_ACTIVE',
    `Auto-confirmation is already active for target '${controllerId}'.`,
    { entity: { type: 'Target', id: controllerId }, path: ['controllerId'] },
  );

export const targetFilterNotFound = (id: string, path = ['id']) =>
  notFound('TARGET_FILTER_NOT_FOUND', id, path);
export const targetFilterAlreadyExists = (name: string) =>
  alreadyExists('TARGET_FILTER_ALREADY_EXISTS', name, ['name']);

export const autoAssignmentNotFound = (id: string, path = ['id']) =>
  notFound('AUTO_ASSIGNMENT_NOT_FOUND', id, path);
export const autoAssignmentAlreadyExists = (name: string) =>
  alreadyExists('AUTO_ASSIGNMENT_ALREADY_EXISTS', name, ['name']);
export const autoAssignmentIllegalState = (id: string, status: string) =>
  new DomainError('AUTO_ASSIGNMENT_ILLEGAL_STATE', `The auto-assignment ${id} is ${status}.`, {
    entity: { type: 'AutoAssignment', id },
    path: ['id'],
  });
export const autoAssignmentForceTypeInvalid = () =>
  new DomainError('AUTO_ASSIGNMENT_FORCE_TYPE_INVALID', 'An auto-assignment cannot be time-forced.', {
    path: ['forceType'],
  });

export const targetTypeNotFound = (id: string, path = ['id']) => notFound('TARGET_TYPE_NOT_FOUND', id, path);
export const targetTypeAlreadyExists = (keyOrName: string, path = ['name']) =>
  alreadyExists('TARGET_TYPE_ALREADY_EXISTS', keyOrName, path);
export const targetTypeInUse = (id: string) =>
  new DomainError('TARGET_TYPE_IN_USE', 'The target type is still used by a target or an enrollment group.', {
    entity: { type: 'TargetType', id },
    path: ['id'],
  });
export const targetTypeKeyOrNameRequired = () =>
  new DomainError('TARGET_TYPE_KEY_OR_NAME_REQUIRED', 'A target type needs a key or a name.', {
    path: ['name'],
  });

export const targetTagNotFound = (idOrName: string, path = ['id']) =>
  notFound('TARGET_TAG_NOT_FOUND', idOrName, path);
export const targetTagAlreadyExists = (name: string, path = ['name']) =>
  alreadyExists('TARGET_TAG_ALREADY_EXISTS', name, path);

export const maintenanceWindowInvalid = (rule: string, path = ['maintenanceWindow']) =>
  new DomainError('MAINTENANCE_WINDOW_INVALID', `${path.join('.')}: ${rule}`, { path });
/** Names the types if the caller may read them. */
export const targetTypeIncompatible = (
  controllerId: string,
  targetType: string | undefined,
  setType: string | undefined,
) =>
  new DomainError(
    'TARGET_TYPE_INCOMPATIBLE',
    targetType && setType
      ? `The target '${controllerId}' is of type '${targetType}', which takes no distribution set of type '${setType}'.`
      : `The type of the target '${controllerId}' does not take the distribution set.`,
    { entity: { type: 'Target', id: controllerId }, path: ['controllerIds'] },
  );
/** Targets that a distribution set is not for: how many there are, and a few of them. */
export type RefusedTargets = NonNullable<ErrorDetails['refusedTargets']>;
export const outsideTargetFilter = (refused: RefusedTargets, path: string[]) => {
  const { count, controllerIds } = refused;
  const named = controllerIds.map((id) => `'${id}'`).join(', ');
  return new DomainError(
    'OUTSIDE_TARGET_FILTER',
    `${count} of the targets do not match the filter of those that the distribution set is for: ${named}${count > controllerIds.length ? ', …' : ''}.`,
    { refusedTargets: refused, path },
  );
};
export const multiAssignmentNotEnabled = () =>
  new DomainError('MULTI_ASSIGNMENT_NOT_ENABLED', 'A target can be assigned one distribution set only.');

export const actionNotFound = (id: string, path = ['id']) => notFound('ACTION_NOT_FOUND', id, path);
const actionRefused = (code: ErrorCode, id: string, why: string, path: string[]) =>
  new DomainError(code, `The action ${id} ${why}.`, { entity: { type: 'Action', id }, path });
export const actionClosed = (id: string, path = ['id']) =>
  actionRefused('ACTION_CLOSED', id, 'has ended', path);
export const actionNotWaiting = (id: string, path = ['id']) =>
  actionRefused('ACTION_NOT_WAITING', id, 'does not wait for a confirmation', path);
export const actionNotCancelable = (id: string, path = ['id']) =>
  actionRefused('ACTION_NOT_CANCELABLE', id, 'has ended or is being canceled already', path);
export const actionNotForceQuittable = (id: string, path = ['id']) =>
  actionRefused('ACTION_NOT_FORCE_QUITTABLE', id, 'is not being canceled', path);
export const actionNotDeletable = (id: string, path = ['id']) =>
  actionRefused('ACTION_NOT_DELETABLE', id, 'is in a state in which actions may not be deleted', path);

/** `what` is the subject of the sentence: "The software module 3". */
export const locked = (what: string, path = ['id']) =>
  new DomainError('LOCKED', `${what} is locked: its parts cannot change any more.`, { path });
export const readOnly = (message: string, path = ['id']) => new DomainError('READ_ONLY', message, { path });

export const configurationKeyUnknown = (key: string) =>
  new DomainError('CONFIGURATION_KEY_UNKNOWN', `There is no configuration key '${key}'.`, { path: [key] });
export const configurationValueInvalid = (key: string, rule: string) =>
  new DomainError('CONFIGURATION_VALUE_INVALID', `${key}: ${rule}`, { path: [key] });
export const configurationNotInherited = (key: string) =>
  new DomainError('CONFIGURATION_NOT_INHERITED', `${key}: there is no value to inherit; set another.`, {
    entity: { type: 'TenantConfiguration', id: key },
    path: [key],
  });

export const certificateAuthorityNotFound = (id: string, path = ['id']) =>
  notFound('CERTIFICATE_AUTHORITY_NOT_FOUND', id, path);
export const certificateAuthorityAlreadyExists = (nameOrFingerprint: string, path: string[]) =>
  alreadyExists('CERTIFICATE_AUTHORITY_ALREADY_EXISTS', nameOrFingerprint, path);

export const targetCertificateNotFound = (id: string) => notFound('TARGET_CERTIFICATE_NOT_FOUND', id, ['id']);
export const issuingUnavailable = (why: string, retryAfter = 300) =>
  new DomainError('UNAVAILABLE', why, { retryAfter });
export const renewalTooEarly = (seconds: number) =>
  new DomainError('INVALID_INPUT', `The certificate can be renewed in ${seconds} s.`, {
    retryAfter: seconds,
  });

export const tenantNotFound = (id: string, path: string[]) => notFound('TENANT_NOT_FOUND', id, path);
export const webhookNotFound = (id: string, path = ['id']) => notFound('WEBHOOK_NOT_FOUND', id, path);
export const webhookAlreadyExists = (name: string) => alreadyExists('WEBHOOK_ALREADY_EXISTS', name, ['name']);
export const webhookDeliveryNotFound = (id: string, path: string[]) =>
  notFound('WEBHOOK_DELIVERY_NOT_FOUND', id, path);

/** Where a filter is wrong, and what helps to mend it. */
type FilterFault = Pick<ErrorDetails, 'length' | 'expected' | 'suggestion'> & { position: number };

export const filterSyntax = (fault: FilterFault & { expected: string }, found: string) =>
  new DomainError(
    'FILTER_SYNTAX',
    `At position ${fault.position}: expected ${fault.expected}, found ${found}.`,
    fault,
  );
export const filterFieldUnknown = (fault: FilterFault, message: string) =>
  new DomainError('FILTER_FIELD_UNKNOWN', `At position ${fault.position}: ${message}`, fault);
export const filterValueInvalid = (fault: FilterFault, message: string) =>
  new DomainError('FILTER_VALUE_INVALID', `At position ${fault.position}: ${message}`, fault);

export const sortSyntax = () => new DomainError('SORT_SYNTAX', 'The given sort parameter is not well formed');
export const sortDirectionInvalid = () =>
  new DomainError('SORT_DIRECTION_INVALID', 'The given sort parameter direction does not exist');
export const sortFieldUnknown = () =>
  new DomainError('SORT_FIELD_UNKNOWN', 'The given sort parameter field does not exist');

export const userNotFound = (idOrName: string, path = ['id']) => notFound('USER_NOT_FOUND', idOrName, path);
export const userAlreadyExists = (username: string) =>
  alreadyExists('USER_ALREADY_EXISTS', username, ['username']);
export const tenantAlreadyExists = (name: string) => alreadyExists('TENANT_ALREADY_EXISTS', name, ['name']);

export const roleNotFound = (id: string, path = ['id']) => notFound('ROLE_NOT_FOUND', id, path);
export const roleAlreadyExists = (name: string) => alreadyExists('ROLE_ALREADY_EXISTS', name, ['name']);
export const roleInUse = (name: string, by: string) =>
  new DomainError('ROLE_IN_USE', `The role '${name}' is still that of ${by}.`, {
    entity: { type: 'Role', id: name },
    path: ['id'],
  });

export const apiKeyNotFound = (id: string, path = ['id']) => notFound('API_KEY_NOT_FOUND', id, path);
export const apiKeyAlreadyExists = (name: string) => alreadyExists('API_KEY_ALREADY_EXISTS', name, ['name']);

export const rolloutNotFound = (id: string, path = ['id']) => notFound('ROLLOUT_NOT_FOUND', id, path);
export const rolloutAlreadyExists = (name: string) => alreadyExists('ROLLOUT_ALREADY_EXISTS', name, ['name']);
/** `what` follows "cannot": "be started". */
export const rolloutIllegalState = (id: string, what: string, state: string) =>
  new DomainError('ROLLOUT_ILLEGAL_STATE', `The rollout ${id} cannot ${what}: it is ${state}.`, {
    entity: { type: 'Rollout', id },
    path: ['id'],
  });
export const rolloutGroupNotFound = (id: string, path = ['id']) =>
  notFound('ROLLOUT_GROUP_NOT_FOUND', id, path);
export const rolloutGroupAlreadyExists = (name: string) =>
  alreadyExists('ROLLOUT_GROUP_ALREADY_EXISTS', name, ['groups']);

export const jobNotFound = (id: string) => notFound('JOB_NOT_FOUND', id, ['id']);
export const jobEnded = (id: string, state: string) =>
  new DomainError('JOB_ENDED', `The job ${id} has ended: it is ${state}.`, {
    entity: { type: 'Job', id },
    path: ['id'],
  });

export const importNotFound = (id: string) => notFound('IMPORT_NOT_FOUND', id, ['id']);
export const importUploadNotFound = () =>
  new DomainError('IMPORT_UPLOAD_NOT_FOUND', 'This upload is unknown or has expired.');
export const importTakenOver = (id: number) =>
  new DomainError('IMPORT_TAKEN_OVER', `Another upload has taken over import ${id}.`, {
    entity: { type: 'Import', id: String(id) },
  });
