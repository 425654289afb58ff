import { STATUS_CODES } from 'node:http';
import {
  type AlreadyExistsCode,
  type DomainError,
  type ErrorCode,
  isAlreadyExistsCode,
  isNotFoundCode,
  type NotFoundCode,
} from '../domain-error.ts';
import { EXCEPTION_CLASSES, type HawkbitErrorCode } from './hawkbit-exceptions.ts';

/** What hawkBit has no word for. */
type OwnErrorCode =
  | 'claimCode.invalid'
  | 'target.moved'
  | 'approvalPending'
  | 'artifact.uploadNotFound'
  | 'role.used'
  | 'job.ended'
  | 'import.takenOver';
type Words = readonly [status: number, errorCode?: HawkbitErrorCode | OwnErrorCode];
type WithoutWords = Exclude<NotFoundCode | AlreadyExistsCode, 'ARTIFACT_UPLOAD_NOT_FOUND'>;

const NOT_FOUND: Words = [404, 'repo.entityNotFound'];
const ALREADY_EXISTS: Words = [409, 'repo.entityAlreadyExists'];

/** The status and the `errorCode` after `hawkbit.server.error.` of the codes whose suffix doesn't say them. */
const WORDS: Record<Exclude<ErrorCode, WithoutWords>, Words> = {
  UNAUTHENTICATED: [401],
  SIGN_IN_UNAVAILABLE: [503],
  SIGN_IN_THROTTLED: [429],
  TOO_MANY_REQUESTS: [429],
  UNAVAILABLE: [503],
  FORBIDDEN: [403, 'insufficientPermission'],
  MALFORMED_INPUT: [400, 'rest.body.notReadable'],
  INVALID_INPUT: [400, 'repo.constraintViolation'],
  INVALID_ATTRIBUTES: [400, 'repo.invalidTargetAttributes'],
  QUOTA_EXCEEDED: [429, 'quota.tooManyEntries'],
  TOO_MANY_REPORTS: [429],
  SUBSCRIBER_TOO_SLOW: [503],
  CLAIM_CODE_INVALID: [400, 'claimCode.invalid'],
  TARGET_MOVED: [308, 'target.moved'],
  APPROVAL_PENDING: [403, 'approvalPending'],
  AUTO_CONFIRM_ALREADY_ACTIVE: [409, 'repo.autoConfAlreadyActive'],
  AUTO_ASSIGNMENT_ILLEGAL_STATE: [409, 'auto.assignment.illegalState'],
  AUTO_ASSIGNMENT_FORCE_TYPE_INVALID: [400, 'repo.invalidAutoAssignActionType'],
  TARGET_TYPE_IN_USE: [409, 'target.type.used'],
  TARGET_TYPE_KEY_OR_NAME_REQUIRED: [400, 'target.type.keyOrNameRequired'],
  SOFTWARE_MODULE_TYPE_DELETED: [404, 'deleted'],
  SOFTWARE_MODULE_DELETED: [404, 'deleted'],
  SOFTWARE_MODULE_UNSUPPORTED: [400, 'distributionset.modules.unsupported'],
  DISTRIBUTION_SET_TYPE_DELETED: [404, 'deleted'],
  DISTRIBUTION_SET_DELETED: [404, 'deleted'],
  DISTRIBUTION_SET_INCOMPLETE: [400, 'distributionset.incomplete'],
  DISTRIBUTION_SET_INVALID: [400, 'distributionset.invalid'],
  MAINTENANCE_WINDOW_INVALID: [400, 'maintenanceScheduleInvalid'],
  TARGET_TYPE_INCOMPATIBLE: [400, 'target.type.incompatible'],
  OUTSIDE_TARGET_FILTER: [400, 'target.type.incompatible'],
  MULTI_ASSIGNMENT_NOT_ENABLED: [400, 'multiAssignmentNotEnabled'],
  ACTION_CLOSED: [410],
  ACTION_NOT_WAITING: [404, 'repo.entityNotFound'],
  ACTION_NOT_CANCELABLE: [405, 'action.notCancelable'],
  ACTION_NOT_FORCE_QUITTABLE: [405, 'action.notForceQuitable'],
  ACTION_NOT_DELETABLE: [405, 'action.notDeletable'],
  LOCKED: [423, 'locked'],
  READ_ONLY: [403, 'entityReadOnly'],
  ENCRYPTION_NOT_SUPPORTED: [400, 'artifact.encryptionNotSupported'],
  ARTIFACT_CONTENT_LOST: [410, 'artifact.binaryDeleted'],
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
  CONFIGURATION_NOT_INHERITED: [404, 'repo.entityNotFound'],
  FILTER_SYNTAX: [400, 'rest.param.rsqlParamSyntax'],
  FILTER_FIELD_UNKNOWN: [400, 'rest.param.rsqlInvalidField'],
  FILTER_VALUE_INVALID: [400, 'rest.body.notReadable'],
  SORT_SYNTAX: [400, 'rest.param.sortParamSyntax'],
  SORT_DIRECTION_INVALID: [400, 'rest.param.invalidDirection'],
  SORT_FIELD_UNKNOWN: [400, 'rest.param.invalidField'],
  ROLE_IN_USE: [409, 'role.used'],
  ROLLOUT_ILLEGAL_STATE: [400, 'rollout.illegalState'],
  JOB_ENDED: [409, 'job.ended'],
  IMPORT_TAKEN_OVER: [409, 'import.takenOver'],
};

function wordsOf(code: ErrorCode): Words {
  if (code in WORDS) return WORDS[code as keyof typeof WORDS];
  return isNotFoundCode(code) ? NOT_FOUND : ALREADY_EXISTS;
}

/** hawkBit's own sentence, which its clients know. */
const IS_STORED = 'The given entity already exists in database';

/** The status, headers and body of a domain error, for REST and the device API. */
export function errorAnswer(error: DomainError): {
  status: number;
  headers: Record<string, string>;
  body: object;
} {
  const [status, errorCode] = wordsOf(error.code);
  const headers = retryAfterOf(error);
  if (!errorCode) return { status, headers, body: webError(status, error.message) };
  const { entity, repeated } = error.details;
  const message = isAlreadyExistsCode(error.code) && !repeated ? IS_STORED : error.message;
  const isNamed = status === 404 || status === 409;
  const info = isNamed && entity ? { info: { type: entity.type, entityId: entityIdOf(entity) } } : {};
  const body = {
    ...(errorCode in EXCEPTION_CLASSES && {
      exceptionClass: EXCEPTION_CLASSES[errorCode as HawkbitErrorCode],
    }),
    errorCode: `hawkbit.server.error.${errorCode}`,
    message,
    ...info,
  };
  return { status, headers, body };
}

/** Their ids are texts, even if these are digits. */
const NAMED_BY_TEXT = new Set<string>(['Target', 'TenantConfiguration']);

/** An id as hawkBit sends it: a number, unless it is a name or JavaScript can't hold it exactly. */
function entityIdOf({ type, id }: NonNullable<DomainError['details']['entity']>): number | string {
  if (NAMED_BY_TEXT.has(type) || type.endsWith('Metadata') || !/^-?\d+$/.test(id)) return id;
  return Number.isSafeInteger(Number(id)) ? Number(id) : id;
}

/** `Retry-After` (RFC 9110, 10.2.3), if waiting may help. */
export const retryAfterOf = ({ details: { retryAfter } }: DomainError): Record<string, string> =>
  retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };

/** The body of an error that is not a domain error. */
export const webError = (status: number, message?: string) => ({
  timestamp: new Date().toISOString(),
  status,
  error: STATUS_CODES[status],
  ...(message && { message }),
});
