/** The codes of all domain errors; every door turns them into its own words. */
export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'SIGN_IN_UNAVAILABLE',
  'SIGN_IN_THROTTLED',
  'TOO_MANY_REQUESTS',
  'UNAVAILABLE',
  'FORBIDDEN',
  'MALFORMED_INPUT',
  'INVALID_INPUT',
  'INVALID_ATTRIBUTES',
  'QUOTA_EXCEEDED',
  'TOO_MANY_REPORTS',
  'SUBSCRIBER_TOO_SLOW',
  'TARGET_NOT_FOUND',
  'TARGET_ALREADY_EXISTS',
  'CLAIM_CODE_INVALID',
  'TARGET_MOVED',
  'APPROVAL_PENDING',
  'PENDING_TARGET_NOT_FOUND',
  'ENROLLMENT_GROUP_NOT_FOUND',
  'ENROLLMENT_GROUP_ALREADY_EXISTS',
  'DERIVATION_KEY_NOT_FOUND',
  'ENROLLMENT_HOOK_NOT_FOUND',
  'ENROLLMENT_TOKEN_NOT_FOUND',
  'TARGET_METADATA_NOT_FOUND',
  'TARGET_METADATA_ALREADY_EXISTS',
  'AUTO_CONFIRM_ALREADY_ACTIVE',
  'TARGET_FILTER_NOT_FOUND',
  'TARGET_FILTER_ALREADY_EXISTS',
  'AUTO_ASSIGNMENT_NOT_FOUND',
  'AUTO_ASSIGNMENT_ALREADY_EXISTS',
  'AUTO_ASSIGNMENT_ILLEGAL_STATE',
  'AUTO_ASSIGNMENT_FORCE_TYPE_INVALID',
  'TARGET_TYPE_NOT_FOUND',
  'TARGET_TYPE_ALREADY_EXISTS',
  'TARGET_TYPE_IN_USE',
  'TARGET_TYPE_KEY_OR_NAME_REQUIRED',
  'TARGET_TAG_NOT_FOUND',
  'TARGET_TAG_ALREADY_EXISTS',
  'SOFTWARE_MODULE_TYPE_NOT_FOUND',
  'SOFTWARE_MODULE_TYPE_ALREADY_EXISTS',
  'SOFTWARE_MODULE_TYPE_DELETED',
  'SOFTWARE_MODULE_NOT_FOUND',
  'SOFTWARE_MODULE_ALREADY_EXISTS',
  'SOFTWARE_MODULE_DELETED',
  'SOFTWARE_MODULE_METADATA_NOT_FOUND',
  'SOFTWARE_MODULE_UNSUPPORTED',
  'DISTRIBUTION_SET_TYPE_NOT_FOUND',
  'DISTRIBUTION_SET_TYPE_ALREADY_EXISTS',
  'DISTRIBUTION_SET_TYPE_DELETED',
  'DISTRIBUTION_SET_NOT_FOUND',
  'DISTRIBUTION_SET_ALREADY_EXISTS',
  'DISTRIBUTION_SET_DELETED',
  'DISTRIBUTION_SET_INCOMPLETE',
  'DISTRIBUTION_SET_INVALID',
  'DISTRIBUTION_SET_METADATA_NOT_FOUND',
  'DISTRIBUTION_SET_TAG_NOT_FOUND',
  'DISTRIBUTION_SET_TAG_ALREADY_EXISTS',
  'MAINTENANCE_WINDOW_INVALID',
  'TARGET_TYPE_INCOMPATIBLE',
  'OUTSIDE_TARGET_FILTER',
  'MULTI_ASSIGNMENT_NOT_ENABLED',
  'ACTION_NOT_FOUND',
  'ACTION_CLOSED',
  'ACTION_NOT_WAITING',
  'ACTION_NOT_CANCELABLE',
  'ACTION_NOT_FORCE_QUITTABLE',
  'ACTION_NOT_DELETABLE',
  'LOCKED',
  'READ_ONLY',
  'ENCRYPTION_NOT_SUPPORTED',
  'ARTIFACT_NOT_FOUND',
  'ARTIFACT_CONTENT_LOST',
  'ARTIFACT_ALREADY_EXISTS',
  'ARTIFACT_EMPTY',
  'ARTIFACT_TOO_LARGE',
  'ARTIFACT_STORAGE_FULL',
  'STORE_FULL',
  'STORE_UNAVAILABLE',
  'ARTIFACT_UPLOAD_TOO_SLOW',
  'ARTIFACT_UPLOAD_NOT_FOUND',
  'ARTIFACT_MD5_MISMATCH',
  'ARTIFACT_SHA1_MISMATCH',
  'ARTIFACT_SHA256_MISMATCH',
  'CONFIGURATION_KEY_UNKNOWN',
  'CONFIGURATION_VALUE_INVALID',
  'WEBHOOK_NOT_FOUND',
  'TENANT_NOT_FOUND',
  'WEBHOOK_ALREADY_EXISTS',
  'WEBHOOK_DELIVERY_NOT_FOUND',
  'CERTIFICATE_AUTHORITY_NOT_FOUND',
  'CERTIFICATE_AUTHORITY_ALREADY_EXISTS',
  'TARGET_CERTIFICATE_NOT_FOUND',
  'CONFIGURATION_NOT_INHERITED',
  'FILTER_SYNTAX',
  'FILTER_FIELD_UNKNOWN',
  'FILTER_VALUE_INVALID',
  'SORT_SYNTAX',
  'SORT_DIRECTION_INVALID',
  'SORT_FIELD_UNKNOWN',
  'USER_NOT_FOUND',
  'USER_ALREADY_EXISTS',
  'TENANT_ALREADY_EXISTS',
  'ROLE_NOT_FOUND',
  'ROLE_ALREADY_EXISTS',
  'ROLE_IN_USE',
  'API_KEY_NOT_FOUND',
  'API_KEY_ALREADY_EXISTS',
  'ROLLOUT_NOT_FOUND',
  'ROLLOUT_ALREADY_EXISTS',
  'ROLLOUT_ILLEGAL_STATE',
  'ROLLOUT_GROUP_NOT_FOUND',
  'ROLLOUT_GROUP_ALREADY_EXISTS',
  'JOB_NOT_FOUND',
  'JOB_ENDED',
  'IMPORT_NOT_FOUND',
  'IMPORT_UPLOAD_NOT_FOUND',
  'IMPORT_TAKEN_OVER',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Codes whose meaning is in their suffix: doors need no words for each of them. */
export type NotFoundCode = Extract<ErrorCode, `${string}_NOT_FOUND`>;
export type AlreadyExistsCode = Extract<ErrorCode, `${string}_ALREADY_EXISTS`>;
export const isNotFoundCode = (code: ErrorCode): code is NotFoundCode => code.endsWith('_NOT_FOUND');
export const isAlreadyExistsCode = (code: ErrorCode): code is AlreadyExistsCode =>
  code.endsWith('_ALREADY_EXISTS');

export interface ErrorDetails {
  /** Where in the input the fault is, outermost first: `['targets', '1', 'controllerId']`. */
  path?: readonly string[];
  /** In a filter: the 0-based offset, in UTF-16 units, at which reading failed. */
  position?: number;
  /** In a filter: how many UTF-16 units from there are wrong; 0 if something is missing there. */
  length?: number;
  /** In a filter: what could stand there, in English. */
  expected?: string;
  /** In a filter: what was probably meant, to be written there instead. */
  suggestion?: string;
  /** What else is wrong with the same input. */
  others?: readonly DomainError[];
  /** Of targets that may not get a distribution set: how many there are, and the first of them. */
  refusedTargets?: { count: number; controllerIds: string[] };
  /** What is missing or already there. */
  entity?: { type: string; id: string };
  /** Set if another row of the same input has it already. */
  repeated?: true;
  /** For a refused sign-in: what to sign in with. */
  signInBy?: 'password' | 'token';
  /** The tenant that a device belongs to now. */
  movedTo?: string;
  /** After how many seconds another try may succeed. */
  retryAfter?: number;
}

export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }

  /** The same error for an outer input: `prefix` is put before its path. */
  within(...prefix: string[]): DomainError {
    return new DomainError(this.code, this.message, {
      ...this.details,
      path: [...prefix, ...(this.details.path ?? [])],
      ...this.#others((other) => other.within(...prefix)),
    });
  }

  /** The same error for a caller who gave only the part at `prefix`. */
  below(...prefix: string[]): DomainError {
    const { path = [] } = this.details;
    if (!prefix.every((step, at) => path[at] === step)) return this;
    const start = `${prefix.join('.')}.`;
    const message = this.message.startsWith(start) ? this.message.slice(start.length) : this.message;
    return new DomainError(this.code, message, {
      ...this.details,
      path: path.slice(prefix.length),
      ...this.#others((other) => other.below(...prefix)),
    });
  }

  /**
   * The same error for a caller who has other names for its path. A message that starts with the old names gets the new
   * ones.
   */
  at(path: readonly string[]): DomainError {
    const { message, rule } = this;
    const place = path.join('.');
    return new DomainError(this.code, rule === message ? message : place ? `${place}: ${rule}` : rule, {
      ...this.details,
      path,
    });
  }

  /** The message without the names of the path that it may start with. */
  get rule(): string {
    const named = partsOf(this.details.path ?? []).find((part) => this.message.startsWith(`${part}: `));
    return named === undefined ? this.message : this.message.slice(named.length + 2);
  }

  /** It, and what else is wrong with the same input, each for itself. */
  get all(): readonly DomainError[] {
    const { others, ...details } = this.details;
    return others ? [new DomainError(this.code, this.message, details), ...others] : [this];
  }

  #others(moved: (other: DomainError) => DomainError): Pick<ErrorDetails, 'others'> {
    return this.details.others ? { others: this.details.others.map(moved) } : {};
  }
}

/** The first of some faults of an input, and with it the others. */
export const firstOf = ([first, ...others]: readonly DomainError[]): DomainError =>
  new DomainError(first!.code, first!.message, {
    ...first!.details,
    ...(others.length && { others }),
  });

/** The names that a message may have for a path: any steps of it that follow one another, the longest first. */
function partsOf(path: readonly string[]): string[] {
  const parts = path.flatMap((_, from) =>
    path.slice(from).map((__, more) => path.slice(from, from + more + 1)),
  );
  return parts.sort((a, b) => b.length - a.length).map((steps) => steps.join('.'));
}

/** `TargetTag` for `TARGET_TAG_NOT_FOUND`: the entity that a code is about, as hawkBit calls it. */
function entityOf(code: NotFoundCode | AlreadyExistsCode): string {
  const entity = code.replace(/_(NOT_FOUND|ALREADY_EXISTS)$/, '');
  if (entity === 'TARGET_FILTER') return 'TargetFilterQuery';
  return entity.toLowerCase().replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** For an entity that does not exist, or that is out of the caller's scope. */
export function notFound(code: NotFoundCode, id: string, path: string[]): DomainError {
  const type = entityOf(code);
  return new DomainError(code, `${type} with given identifier {${id}} does not exist.`, {
    entity: { type, id },
    path,
  });
}

/** For an entity that exists already. */
export function alreadyExists(code: AlreadyExistsCode, id: string, path: string[]): DomainError {
  const type = entityOf(code);
  return new DomainError(code, `${type} '${id}' already exists.`, { entity: { type, id }, path });
}

/** The same for something that is in the input twice, and is perhaps not stored yet. */
export const standsTwice = ({ code, details }: DomainError): DomainError => {
  const { type, id } = details.entity ?? { type: 'It', id: '' };
  return new DomainError(code, `${type} '${id}' is in the input twice.`, { ...details, repeated: true });
};
