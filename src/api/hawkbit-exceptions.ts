const REPOSITORY = 'org.eclipse.hawkbit.repository.exception';
const ARTIFACT = 'org.eclipse.hawkbit.artifact.exception';
const SORTING = 'org.eclipse.hawkbit.mgmt.rest.resource.exception';

/** What hawkBit gives as `exceptionClass`, by the part of `errorCode` after `hawkbit.server.error.`. */
export const EXCEPTION_CLASSES = {
  insufficientPermission: `${REPOSITORY}.InsufficientPermissionException`,
  deleted: `${REPOSITORY}.DeletedException`,
  locked: `${REPOSITORY}.LockedException`,
  entityReadOnly: `${REPOSITORY}.EntityReadOnlyException`,
  multiAssignmentNotEnabled: `${REPOSITORY}.MultiAssignmentException`,
  maintenanceScheduleInvalid: `${REPOSITORY}.InvalidMaintenanceScheduleException`,
  configKeyInvalid: `${REPOSITORY}.InvalidTenantConfigurationKeyException`,
  configValueInvalid: `${REPOSITORY}.TenantConfigurationValidatorException`,
  'repo.entityNotFound': `${REPOSITORY}.EntityNotFoundException`,
  'repo.entityAlreadyExists': `${REPOSITORY}.EntityAlreadyExistsException`,
  'repo.constraintViolation': 'jakarta.validation.ConstraintViolationException',
  'repo.invalidTargetAttributes': `${REPOSITORY}.InvalidTargetAttributeException`,
  'repo.autoConfAlreadyActive': `${REPOSITORY}.AutoConfirmationAlreadyActiveException`,
  'repo.invalidAutoAssignActionType': `${REPOSITORY}.InvalidAutoAssignActionTypeException`,
  'auto.assignment.illegalState': `${REPOSITORY}.AutoAssignmentIllegalStateException`,
  'quota.tooManyEntries': `${REPOSITORY}.AssignmentQuotaExceededException`,
  'quota.fileSizeExceeded': `${ARTIFACT}.FileSizeQuotaExceededException`,
  'quota.storageExceeded': `${ARTIFACT}.StorageQuotaExceededException`,
  'target.type.used': `${REPOSITORY}.TargetTypeInUseException`,
  'target.type.keyOrNameRequired': `${REPOSITORY}.TargetTypeKeyOrNameRequiredException`,
  'target.type.incompatible': `${REPOSITORY}.IncompatibleTargetTypeException`,
  'distributionset.modules.unsupported': `${REPOSITORY}.UnsupportedSoftwareModuleForThisDistributionSetException`,
  'distributionset.incomplete': `${REPOSITORY}.IncompleteDistributionSetException`,
  'distributionset.invalid': `${REPOSITORY}.InvalidDistributionSetException`,
  'action.notCancelable': `${REPOSITORY}.CancelActionNotAllowedException`,
  'action.notForceQuitable': `${REPOSITORY}.ForceQuitActionNotAllowedException`,
  'action.notDeletable': `${REPOSITORY}.DeleteActionNotAllowedException`,
  'artifact.encryptionNotSupported': `${ARTIFACT}.ArtifactEncryptionUnsupportedException`,
  'artifact.binaryDeleted': `${ARTIFACT}.ArtifactBinaryNoLongerExistsException`,
  'artifact.uploadFailed': `${ARTIFACT}.ArtifactUploadFailedException`,
  'artifact.uploadFailed.checksum.md5.match': `${REPOSITORY}.InvalidMd5HashException`,
  'artifact.uploadFailed.checksum.sha1.match': `${REPOSITORY}.InvalidSha1HashException`,
  'artifact.uploadFailed.checksum.sha256.match': `${REPOSITORY}.InvalidSha256HashException`,
  'rest.body.notReadable': 'org.eclipse.hawkbit.rest.exception.MessageNotReadableException',
  'rest.param.rsqlParamSyntax': `${REPOSITORY}.RSQLParameterSyntaxException`,
  'rest.param.rsqlInvalidField': `${REPOSITORY}.RSQLParameterUnsupportedFieldException`,
  'rest.param.sortParamSyntax': `${SORTING}.SortParameterSyntaxErrorException`,
  'rest.param.invalidDirection': `${SORTING}.SortParameterUnsupportedDirectionException`,
  'rest.param.invalidField': `${SORTING}.SortParameterUnsupportedFieldException`,
  'rollout.illegalState': `${REPOSITORY}.RolloutIllegalStateException`,
} as const;

/** The part of hawkBit's `errorCode`s after `hawkbit.server.error.`. */
export type HawkbitErrorCode = keyof typeof EXCEPTION_CLASSES;
