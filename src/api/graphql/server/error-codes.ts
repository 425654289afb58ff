import {
  type AlreadyExistsCode,
  ERROR_CODES,
  type ErrorCode,
  isNotFoundCode,
  type NotFoundCode,
} from '../../../domain-error.ts';
import { enumOf } from './enums.ts';

/** These end the operation: they are under `errors`, never in a payload. */
const TOP_LEVEL = [
  'UNAUTHENTICATED',
  'SIGN_IN_UNAVAILABLE',
  'SIGN_IN_THROTTLED',
  'TOO_MANY_REQUESTS',
  'UNAVAILABLE',
  'FORBIDDEN',
  'SUBSCRIBER_TOO_SLOW',
] as const satisfies ErrorCode[];
type TopLevel = (typeof TOP_LEVEL)[number];
/** Nothing of GraphQL throws these, or they have the name of another code here. */
const ELSEWHERE = [
  'MALFORMED_INPUT',
  'TOO_MANY_REPORTS',
  'IMPORT_TAKEN_OVER',
  'TARGET_MOVED',
  'APPROVAL_PENDING',
  'TARGET_METADATA_NOT_FOUND',
  'TARGET_METADATA_ALREADY_EXISTS',
  'AUTO_CONFIRM_ALREADY_ACTIVE',
  'ARTIFACT_CONTENT_LOST',
  'ARTIFACT_EMPTY',
  'ARTIFACT_TOO_LARGE',
  'ARTIFACT_STORAGE_FULL',
  'STORE_FULL',
  'STORE_UNAVAILABLE',
  'ARTIFACT_UPLOAD_TOO_SLOW',
  'ARTIFACT_UPLOAD_NOT_FOUND',
  'IMPORT_UPLOAD_NOT_FOUND',
  'ARTIFACT_MD5_MISMATCH',
  'ARTIFACT_SHA1_MISMATCH',
  'ARTIFACT_SHA256_MISMATCH',
  'MULTI_ASSIGNMENT_NOT_ENABLED',
  'SORT_SYNTAX',
  'SORT_DIRECTION_INVALID',
  'SORT_FIELD_UNKNOWN',
] as const satisfies ErrorCode[];
/** A missing permission ends the operation; a row that is out of scope is reported in the payload. */
export type UserErrorCode = Exclude<ErrorCode, TopLevel | (typeof ELSEWHERE)[number]> | 'FORBIDDEN';

export const isTopLevel = (code: ErrorCode): code is TopLevel =>
  (TOP_LEVEL as readonly ErrorCode[]).includes(code);
export const isUserErrorCode = (code: ErrorCode): code is UserErrorCode =>
  code === 'FORBIDDEN' || !([...TOP_LEVEL, ...ELSEWHERE] as ErrorCode[]).includes(code);

/** The codes whose suffix doesn't say everything. */
const DESCRIPTIONS: Record<Exclude<UserErrorCode, NotFoundCode | AlreadyExistsCode>, string> &
  Partial<Record<UserErrorCode, string>> = {
  FORBIDDEN:
    'A row is out of the scope of the permission. An error that is not about a row is under `errors`.',
  INVALID_INPUT: 'A value breaks a rule of its field, or values contradict each other.',
  INVALID_ATTRIBUTES: 'The key or value of an attribute has characters or a length that are not allowed.',
  QUOTA_EXCEEDED: 'There would be more of something than is allowed.',
  TARGET_ALREADY_EXISTS: 'A target of that controllerId exists already, or is in the input twice.',
  CLAIM_CODE_INVALID: 'The code is unknown, was used or ended, has expired, or is not for that target.',
  AUTO_ASSIGNMENT_ILLEGAL_STATE: 'The auto-assignment has a status in which this cannot be done.',
  AUTO_ASSIGNMENT_FORCE_TYPE_INVALID: 'An auto-assignment cannot be time-forced.',
  TARGET_TYPE_ALREADY_EXISTS: 'A target type of that key or name exists already, or is in the input twice.',
  TARGET_TYPE_IN_USE: 'Targets, or an enrollment group, still have the target type.',
  TARGET_TYPE_KEY_OR_NAME_REQUIRED: 'A target type needs a key or a name.',
  TARGET_TAG_NOT_FOUND: 'There is no target tag of that id or name.',
  SOFTWARE_MODULE_TYPE_NOT_FOUND: 'There is no software module type of that id or key.',
  SOFTWARE_MODULE_TYPE_ALREADY_EXISTS:
    'A software module type of that key or name exists already, or is in the input twice.',
  SOFTWARE_MODULE_TYPE_DELETED: 'The software module type was deleted; only what has it still shows it.',
  SOFTWARE_MODULE_DELETED: 'The software module was deleted; only sets that have it still show it.',
  SOFTWARE_MODULE_ALREADY_EXISTS:
    'A software module of that type, name and version exists already, or is in the input twice.',
  SOFTWARE_MODULE_UNSUPPORTED: 'The type of the distribution set takes no software module of that type.',
  DISTRIBUTION_SET_TYPE_NOT_FOUND: 'There is no distribution set type of that id or key.',
  DISTRIBUTION_SET_TYPE_ALREADY_EXISTS:
    'A distribution set type of that key or name exists already, or is in the input twice.',
  DISTRIBUTION_SET_TYPE_DELETED:
    'The distribution set type was deleted; only sets that have it still show it.',
  DISTRIBUTION_SET_ALREADY_EXISTS:
    'A distribution set of that name and version exists already, or is in the input twice.',
  DISTRIBUTION_SET_DELETED: 'The distribution set was deleted; only the history still shows it.',
  DISTRIBUTION_SET_INCOMPLETE:
    'The distribution set has not all modules that its type needs, or a module has not enough files.',
  DISTRIBUTION_SET_INVALID: 'The distribution set was invalidated: it cannot be changed or assigned.',
  SOFTWARE_MODULE_METADATA_NOT_FOUND: 'The software module has no metadata of that key.',
  DISTRIBUTION_SET_METADATA_NOT_FOUND: 'The distribution set has no metadata of that key.',
  MAINTENANCE_WINDOW_INVALID:
    'A maintenance window cannot be read, or never opens; the message says which part.',
  TARGET_TYPE_INCOMPATIBLE: 'The type of a target takes no distribution set of that type.',
  OUTSIDE_TARGET_FILTER:
    'Targets do not match the filter of those that the distribution set is for; `refusedTargets` has how many and which.',
  ACTION_CLOSED: 'The action has ended.',
  ACTION_NOT_WAITING: 'The action does not wait for a confirmation.',
  ACTION_NOT_CANCELABLE: 'The action has ended, or is being canceled already.',
  ACTION_NOT_FORCE_QUITTABLE:
    'The action is not being canceled: only then can it be ended without its device.',
  ACTION_NOT_DELETABLE: 'The action has a status in which the tenant does not allow to delete actions.',
  JOB_ENDED: 'The job has ended, so it can no longer be canceled.',
  ROLLOUT_ILLEGAL_STATE: 'The rollout has a status in which this cannot be done; the message says which.',
  ROLLOUT_GROUP_ALREADY_EXISTS: 'Two groups of a rollout have the same name.',
  LOCKED: 'A distribution set or software module was used and is locked: its parts cannot change any more.',
  READ_ONLY: 'It is in use and cannot change any more.',
  ARTIFACT_NOT_FOUND: 'The software module has no artifact of that id.',
  ARTIFACT_ALREADY_EXISTS: 'The software module has an artifact of that name already.',
  ENCRYPTION_NOT_SUPPORTED: 'Artifacts cannot be encrypted here.',
  CONFIGURATION_KEY_UNKNOWN: 'There is no such configuration key.',
  CONFIGURATION_VALUE_INVALID: 'A configuration key does not take that value.',
  WEBHOOK_DELIVERY_NOT_FOUND: 'There is no delivery of that id.',
  CERTIFICATE_AUTHORITY_ALREADY_EXISTS:
    'A certificate authority of that name or with that certificate exists already.',
  CONFIGURATION_NOT_INHERITED: 'There is no value that the tenant can inherit for the key.',
  FILTER_SYNTAX: 'A filter cannot be read; the message says where and what was expected.',
  FILTER_FIELD_UNKNOWN: 'A filter names a field, or a value of a field, that does not exist.',
  FILTER_VALUE_INVALID: 'A filter compares a field with a value that the field cannot have.',
  ROLE_IN_USE: 'A user or an API key still has the role.',
  TENANT_ALREADY_EXISTS: 'A tenant of that name exists already, perhaps in another case.',
};

/** The names of entities, if they are not their code in lower case. */
const NAMES: Readonly<Record<string, string>> = {
  API_KEY: 'API key',
  AUTO_ASSIGNMENT: 'auto-assignment',
  TARGET_FILTER: 'target filter',
};

function descriptionOf(code: UserErrorCode): string {
  const own = DESCRIPTIONS[code];
  if (own) return own;
  const entity = code.replace(/_(NOT_FOUND|ALREADY_EXISTS)$/, '');
  const name = NAMES[entity] ?? entity.toLowerCase().replaceAll('_', ' ');
  if (isNotFoundCode(code)) return `There is no ${name} of that id.`;
  return `${/^[aeio]/i.test(name) ? 'An' : 'A'} ${name} of that name exists already, or is in the input twice.`;
}

const USER_ERROR_CODES = Object.fromEntries(
  ERROR_CODES.filter(isUserErrorCode).map((code) => [code, descriptionOf(code)]),
) as Record<UserErrorCode, string>;

export const UserErrorCode = enumOf<UserErrorCode>('UserErrorCode', 'What is wrong.', USER_ERROR_CODES);

export const FaultCode = enumOf(
  'FaultCode',
  'What is wrong with a row of a file or a target of a job, or why a job cannot go on.',
  {
    ...USER_ERROR_CODES,
    FORBIDDEN: 'The permission is missing, or does not reach so far.',
    MALFORMED_INPUT: 'A row, or a value in it, cannot be read.',
    UNAUTHENTICATED: 'Who began the job has no account any more, or its API key is gone.',
    UNAVAILABLE: 'The job failed again and again for a reason that is in the log of the server.',
  },
);
export type FaultCode = UserErrorCode | 'MALFORMED_INPUT' | 'UNAUTHENTICATED' | 'UNAVAILABLE';

/** The code of an error that was written down. */
export const faultCodeOf = (code: string): FaultCode =>
  code in FaultCode ? (code as FaultCode) : 'INVALID_INPUT';
