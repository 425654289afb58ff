import {
  actionNotFound,
  apiKeyNotFound,
  artifactNotFound,
  autoAssignmentNotFound,
  certificateAuthorityNotFound,
  DomainError,
  distributionSetNotFound,
  distributionSetTagNotFound,
  distributionSetTypeNotFound,
  type ErrorCode,
  enrollmentGroupNotFound,
  enrollmentTokenNotFound,
  rolloutNotFound,
  softwareModuleNotFound,
  softwareModuleTypeNotFound,
  targetFilterNotFound,
  targetTagNotFound,
  targetTypeNotFound,
  webhookDeliveryNotFound,
  webhookNotFound,
} from '../../../errors.ts';
import { idOf } from '../../json.ts';

/** The number of an `ID`; what is no identifier becomes one that no row has, so that it is simply unknown. */
export function toId(text: string): number {
  const id = idOf(text);
  return id !== undefined && id > 0 ? id : Number.MIN_SAFE_INTEGER;
}

const NOT_FOUND: Partial<Record<ErrorCode, (id: string, path: string[]) => DomainError>> = {
  TARGET_TYPE_NOT_FOUND: targetTypeNotFound,
  TARGET_FILTER_NOT_FOUND: targetFilterNotFound,
  AUTO_ASSIGNMENT_NOT_FOUND: autoAssignmentNotFound,
  TARGET_TAG_NOT_FOUND: targetTagNotFound,
  CERTIFICATE_AUTHORITY_NOT_FOUND: certificateAuthorityNotFound,
  WEBHOOK_NOT_FOUND: webhookNotFound,
  WEBHOOK_DELIVERY_NOT_FOUND: webhookDeliveryNotFound,
  API_KEY_NOT_FOUND: apiKeyNotFound,
  ENROLLMENT_GROUP_NOT_FOUND: enrollmentGroupNotFound,
  ENROLLMENT_TOKEN_NOT_FOUND: enrollmentTokenNotFound,
  SOFTWARE_MODULE_TYPE_NOT_FOUND: softwareModuleTypeNotFound,
  SOFTWARE_MODULE_NOT_FOUND: softwareModuleNotFound,
  ARTIFACT_NOT_FOUND: artifactNotFound,
  DISTRIBUTION_SET_TYPE_NOT_FOUND: distributionSetTypeNotFound,
  DISTRIBUTION_SET_NOT_FOUND: distributionSetNotFound,
  DISTRIBUTION_SET_TAG_NOT_FOUND: distributionSetTagNotFound,
  ACTION_NOT_FOUND: actionNotFound,
  ROLLOUT_NOT_FOUND: rolloutNotFound,
};

/** What wasn't found by its id, in the words of who asked for it; any other error as it is. */
export function asWritten<E>(error: E, id: string | null | undefined): E | DomainError {
  const notFound = error instanceof DomainError ? NOT_FOUND[error.code] : undefined;
  if (!(error instanceof DomainError) || !notFound || id == null) return error;
  return notFound(id, [...(error.details.path ?? [])]);
}

/** The same where an input names several: the fault's path tells which of them it was. */
export function asInInput<E>(error: E, input: object): E | DomainError {
  const path = error instanceof DomainError ? (error.details.path ?? []) : [];
  const written = path.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | undefined)?.[step],
    input,
  );
  return typeof written === 'string' ? asWritten(error, written) : error;
}
