import { STATUS_CODES } from 'node:http';
import type { DomainError, ErrorCode } from '../errors.ts';

/** hawkBit's words for the domain's errors: the status and the `errorCode` behind `hawkbit.server.error.`. */
const WORDS: Record<ErrorCode, readonly [status: number, errorCode?: string]> = {
  UNAUTHENTICATED: [401],
  SIGN_IN_UNAVAILABLE: [503],
  SIGN_IN_THROTTLED: [429],
  UNAVAILABLE: [503],
  FORBIDDEN: [403, 'insufficientPermission'],
  MALFORMED_INPUT: [400, 'rest.body.notReadable'],
  INVALID_INPUT: [400, 'repo.constraintViolation'],
  INVALID_ATTRIBUTES: [400, 'repo.invalidTargetAttributes'],
  QUOTA_EXCEEDED: [429, 'quota.tooManyEntries'],
  TOO_MANY_REPORTS: [429],
  SUBSCRIBER_TOO_SLOW: [503],
  TARGET_NOT_FOUND: [404, 'repo.entityNotFound'],
  TARGET_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  APPROVAL_PENDING: [403, 'approvalPending'],
  PENDING_TARGET_NOT_FOUND: [404, 'repo.entityNotFound'],
  ENROLLMENT_GROUP_NOT_FOUND: [404, 'repo.entityNotFound'],
  ENROLLMENT_GROUP_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  ENROLLMENT_TOKEN_NOT_FOUND: [404, 'repo.entityNotFound'],
  TARGET_METADATA_NOT_FOUND: [404, 'repo.entityNotFound'],
  TARGET_METADATA_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  AUTO_CONFIRM_ALREADY_ACTIVE: [409, 'repo.autoConfAlreadyActive'],
  TARGET_FILTER_NOT_FOUND: [404, 'repo.entityNotFound'],
  TARGET_FILTER_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  AUTO_ASSIGNMENT_NOT_FOUND: [404, 'repo.entityNotFound'],
  AUTO_ASSIGNMENT_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  AUTO_ASSIGNMENT_ILLEGAL_STATE: [409, 'auto.assignment.illegalState'],
  AUTO_ASSIGNMENT_FORCE_TYPE_INVALID: [400, 'repo.invalidAutoAssignActionType'],
  TARGET_TYPE_NOT_FOUND: [404, 'repo.entityNotFound'],
  TARGET_TYPE_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  TARGET_TYPE_IN_USE: [409, 'target.type.used'],
  TARGET_TYPE_KEY_OR_NAME_REQUIRED: [400, 'target.type.keyOrNameRequired'],
  TARGET_TAG_NOT_FOUND: [404, 'repo.entityNotFound'],
  TARGET_TAG_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  SOFTWARE_MODULE_TYPE_NOT_FOUND: [404, 'repo.entityNotFound'],
  SOFTWARE_MODULE_TYPE_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  SOFTWARE_MODULE_NOT_FOUND: [404, 'repo.entityNotFound'],
  SOFTWARE_MODULE_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  SOFTWARE_MODULE_DELETED: [404, 'deleted'],
  SOFTWARE_MODULE_METADATA_NOT_FOUND: [404, 'repo.entityNotFound'],
  SOFTWARE_MODULE_UNSUPPORTED: [400, 'distributionset.modules.unsupported'],
  DISTRIBUTION_SET_TYPE_NOT_FOUND: [404, 'repo.entityNotFound'],
  DISTRIBUTION_SET_TYPE_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  DISTRIBUTION_SET_NOT_FOUND: [404, 'repo.entityNotFound'],
  DISTRIBUTION_SET_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  DISTRIBUTION_SET_DELETED: [404, 'deleted'],
  DISTRIBUTION_SET_INCOMPLETE: [400, 'distributionset.incomplete'],
  DISTRIBUTION_SET_INVALID: [400, 'distributionset.invalid'],
  DISTRIBUTION_SET_METADATA_NOT_FOUND: [404, 'repo.entityNotFound'],
  DISTRIBUTION_SET_TAG_NOT_FOUND: [404, 'repo.entityNotFound'],
  DISTRIBUTION_SET_TAG_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  MAINTENANCE_WINDOW_INVALID: [400, 'maintenanceScheduleInvalid'],
  TARGET_TYPE_INCOMPATIBLE: [400, 'target.type.incompatible'],
  MULTI_ASSIGNMENT_NOT_ENABLED: [400, 'multiAssignmentNotEnabled'],
  ACTION_NOT_FOUND: [404, 'repo.entityNotFound'],
  ACTION_CLOSED: [410],
  ACTION_NOT_WAITING: [404, 'repo.entityNotFound'],
  ACTION_NOT_CANCELABLE: [405, 'action.notCancelable'],
  ACTION_NOT_FORCE_QUITTABLE: [405, 'action.notForceQuitable'],
  ACTION_NOT_DELETABLE: [405, 'action.notDeletable'],
  LOCKED: [423, 'locked'],
  READ_ONLY: [403, 'entityReadOnly'],
  ENCRYPTION_NOT_SUPPORTED: [400, 'artifact.encryptionNotSupported'],
  ARTIFACT_NOT_FOUND: [404, 'repo.entityNotFound'],
  ARTIFACT_CONTENT_LOST: [410, 'artifact.binaryDeleted'],
  ARTIFACT_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  ARTIFACT_EMPTY: [400],
  ARTIFACT_TOO_LARGE: [429, 'quota.fileSizeExceeded'],
  ARTIFACT_STORAGE_FULL: [429, 'quota.storageExceeded'],
  STORE_FULL: [507, 'artifact.uploadFailed'],
  STORE_UNAVAILABLE: [503, 'artifact.uploadFailed'],
  ARTIFACT_UPLOAD_TOO_SLOW: [408],
  ARTIFACT_UPLOAD_NOT_FOUND: [404, 'artifact.uploadNotFound'],
  ARTIFACT_MD5_MISMATCH: [400, 'artifact.uploadFailed.checksum.md5.match'],
  ARTIFACT_SHA1_MISMATCH: [400, 'artifact.uploadFailed.checksum.sha1.match'],
  ARTIFACT_SHA256_MISMATCH: [400, 'artifact.uploadFailed.checksum.sha256.match'],
  CONFIGURATION_KEY_UNKNOWN: [400, 'configKeyInvalid'],
  CONFIGURATION_VALUE_INVALID: [400, 'configValueInvalid'],
  WEBHOOK_NOT_FOUND: [404, 'repo.entityNotFound'],
  WEBHOOK_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  WEBHOOK_DELIVERY_NOT_FOUND: [404, 'repo.entityNotFound'],
  CERTIFICATE_AUTHORITY_NOT_FOUND: [404, 'repo.entityNotFound'],
  CERTIFICATE_AUTHORITY_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  CONFIGURATION_NOT_INHERITED: [404, 'repo.entityNotFound'],
  FILTER_SYNTAX: [400, 'rest.param.rsqlParamSyntax'],
  FILTER_FIELD_UNKNOWN: [400, 'rest.param.rsqlInvalidField'],
  FILTER_VALUE_INVALID: [400, 'rest.body.notReadable'],
  SORT_SYNTAX: [400, 'rest.param.sortParamSyntax'],
  SORT_DIRECTION_INVALID: [400, 'rest.param.invalidDirection'],
  SORT_FIELD_UNKNOWN: [400, 'rest.param.invalidField'],
  USER_NOT_FOUND: [404, 'repo.entityNotFound'],
  USER_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  TENANT_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  ROLE_NOT_FOUND: [404, 'repo.entityNotFound'],
  ROLE_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  ROLE_IN_USE: [409, 'role.used'],
  API_KEY_NOT_FOUND: [404, 'repo.entityNotFound'],
  API_KEY_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  ROLLOUT_NOT_FOUND: [404, 'repo.entityNotFound'],
  ROLLOUT_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  ROLLOUT_ILLEGAL_STATE: [400, 'rollout.illegalState'],
  ROLLOUT_GROUP_NOT_FOUND: [404, 'repo.entityNotFound'],
  ROLLOUT_GROUP_ALREADY_EXISTS: [409, 'repo.entityAlreadyExists'],
  IMPORT_NOT_FOUND: [404, 'repo.entityNotFound'],
  IMPORT_TAKEN_OVER: [409, 'import.takenOver'],
};

/** Sentences that clients have met: they stand instead of our own. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  TARGET_ALREADY_EXISTS: 'The given entity already exists in database',
  TARGET_METADATA_ALREADY_EXISTS: 'The given entity already exists in database',
  AUTO_ASSIGNMENT_ALREADY_EXISTS: 'The given entity already exists in database',
  TARGET_FILTER_ALREADY_EXISTS: 'The given entity already exists in database',
  TARGET_TAG_ALREADY_EXISTS: 'The given entity already exists in database',
  TARGET_TYPE_ALREADY_EXISTS: 'The given entity already exists in database',
  SOFTWARE_MODULE_TYPE_ALREADY_EXISTS: 'The given entity already exists in database',
  SOFTWARE_MODULE_ALREADY_EXISTS: 'The given entity already exists in database',
  DISTRIBUTION_SET_TYPE_ALREADY_EXISTS: 'The given entity already exists in database',
  DISTRIBUTION_SET_ALREADY_EXISTS: 'The given entity already exists in database',
  ARTIFACT_ALREADY_EXISTS: 'The given entity already exists in database',
  ROLLOUT_ALREADY_EXISTS: 'The given entity already exists in database',
  DISTRIBUTION_SET_TAG_ALREADY_EXISTS: 'The given entity already exists in database',
};

/** The status, headers and body of a domain error, for REST and the device API. */
export function errorAnswer(error: DomainError): {
  status: number;
  headers: Record<string, string>;
  body: object;
} {
  const [status, errorCode] = WORDS[error.code];
  const headers = retryAfterOf(error);
  if (!errorCode) return { status, headers, body: webError(status, error.message) };
  const { entity, repeated } = error.details;
  const message = (repeated ? undefined : SENTENCES[error.code]) ?? error.message;
  const isNamed = status === 404 || status === 409;
  const info = isNamed && entity ? { info: { type: entity.type, entityId: entity.id } } : {};
  return { status, headers, body: { errorCode: `hawkbit.server.error.${errorCode}`, message, ...info } };
}

/** `Retry-After` (RFC 9110, 10.2.3), where waiting may help. */
export const retryAfterOf = ({ details: { retryAfter } }: DomainError): Record<string, string> =>
  retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };

/** The body of an error that no rule of the domain stands behind. */
export const webError = (status: number, message?: string) => ({
  timestamp: new Date().toISOString(),
  status,
  error: STATUS_CODES[status],
  ...(message && { message }),
});
