import {
  apiKeyNotFound,
  certificateAuthorityNotFound,
  DomainError,
  type ErrorCode,
  enrollmentGroupNotFound,
  enrollmentTokenNotFound,
  targetFilterNotFound,
  targetTagNotFound,
  targetTypeNotFound,
  webhookDeliveryNotFound,
  webhookNotFound,
} from '../../errors.ts';
import { idOf } from '../json.ts';

/** The number of an `ID`; what is no identifier becomes one that no row has, so that it is simply unknown. */
export function toId(text: string): number {
  const id = idOf(text);
  return id !== undefined && id > 0 ? id : Number.MIN_SAFE_INTEGER;
}

const NOT_FOUND: Partial<Record<ErrorCode, (id: string, path: string[]) => DomainError>> = {
  TARGET_TYPE_NOT_FOUND: targetTypeNotFound,
  TARGET_FILTER_NOT_FOUND: targetFilterNotFound,
  TARGET_TAG_NOT_FOUND: targetTagNotFound,
  CERTIFICATE_AUTHORITY_NOT_FOUND: certificateAuthorityNotFound,
  WEBHOOK_NOT_FOUND: webhookNotFound,
  WEBHOOK_DELIVERY_NOT_FOUND: webhookDeliveryNotFound,
  API_KEY_NOT_FOUND: apiKeyNotFound,
  ENROLLMENT_GROUP_NOT_FOUND: enrollmentGroupNotFound,
  ENROLLMENT_TOKEN_NOT_FOUND: enrollmentTokenNotFound,
};

/** What wasn't found by its id, in the words of who asked for it; any other error as it is. */
export function asWritten<E>(error: E, id: string | null | undefined): E | DomainError {
  const notFound = error instanceof DomainError ? NOT_FOUND[error.code] : undefined;
  if (!(error instanceof DomainError) || !notFound || id == null) return error;
  return notFound(id, [...(error.details.path ?? [])]);
}
