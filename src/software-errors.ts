import { alreadyExists, DomainError, notFound } from './domain-error.ts';

/* The errors of software. Call sites import them from `errors.ts`. */

export const softwareModuleTypeNotFound = (idOrKey: string, path = ['id']) =>
  notFound('SOFTWARE_MODULE_TYPE_NOT_FOUND', idOrKey, path);
export const softwareModuleTypeAlreadyExists = (keyOrName: string, path = ['key']) =>
  alreadyExists('SOFTWARE_MODULE_TYPE_ALREADY_EXISTS', keyOrName, path);
export const softwareModuleTypeDeleted = (id: string) =>
  new DomainError('SOFTWARE_MODULE_TYPE_DELETED', `The software module type ${id} was deleted.`, {
    entity: { type: 'SoftwareModuleType', id },
    path: ['id'],
  });

export const softwareModuleNotFound = (id: string, path = ['id']) =>
  notFound('SOFTWARE_MODULE_NOT_FOUND', id, path);
export const softwareModuleAlreadyExists = (nameAndVersion: string, path = ['version']) =>
  alreadyExists('SOFTWARE_MODULE_ALREADY_EXISTS', nameAndVersion, path);
export const softwareModuleDeleted = (id: string, path = ['id']) =>
  new DomainError('SOFTWARE_MODULE_DELETED', `The software module ${id} was deleted.`, {
    entity: { type: 'SoftwareModule', id },
    path,
  });
export const softwareModuleMetadataNotFound = (key: string) =>
  notFound('SOFTWARE_MODULE_METADATA_NOT_FOUND', key, ['key']);
/** Names the types if the caller may read them. */
export const softwareModuleUnsupported = (
  moduleType: string | undefined,
  setType: string | undefined,
  path: string[],
) =>
  new DomainError(
    'SOFTWARE_MODULE_UNSUPPORTED',
    moduleType && setType
      ? `A distribution set of type '${setType}' takes no software module of type '${moduleType}'.`
      : 'The type of the distribution set takes no software module of this type.',
    { path },
  );
export const encryptionNotSupported = (path = ['encrypted']) =>
  new DomainError('ENCRYPTION_NOT_SUPPORTED', 'Artifacts cannot be encrypted here.', { path });

export const artifactNotFound = (id: string, path = ['id']) => notFound('ARTIFACT_NOT_FOUND', id, path);
export const artifactAlreadyExists = (filename: string, path = ['filename']) =>
  alreadyExists('ARTIFACT_ALREADY_EXISTS', filename, path);
export const artifactEmpty = () =>
  new DomainError('ARTIFACT_EMPTY', 'There is nothing in the file.', { path: ['file'] });
/** For a form whose parts have other names. */
export const artifactPartMissing = (others: readonly string[]) =>
  new DomainError(
    'ARTIFACT_EMPTY',
    `The form has no file in a part named 'file'${others.length ? `; its parts are ${others.map((name) => `'${name}'`).join(', ')}` : ''}.`,
    { path: ['file'] },
  );
export const artifactContentLost = (filename: string) =>
  new DomainError(
    'ARTIFACT_CONTENT_LOST',
    `The content of ${filename} is no longer in the store: it must be uploaded again.`,
  );
export const artifactTooLarge = (limit: number) =>
  new DomainError('ARTIFACT_TOO_LARGE', `An artifact has at most ${limit} bytes.`, { path: ['file'] });
export const artifactStorageFull = (limit: number) =>
  new DomainError('ARTIFACT_STORAGE_FULL', `All artifacts of a tenant have at most ${limit} bytes.`, {
    path: ['file'],
  });
export const storeFull = () => new DomainError('STORE_FULL', 'There is no room left to store artifacts.');
export const storeUnavailable = () =>
  new DomainError('STORE_UNAVAILABLE', 'Artifacts cannot be stored now.', { retryAfter: 30 });
export const artifactUploadTooSlow = () =>
  new DomainError('ARTIFACT_UPLOAD_TOO_SLOW', 'The upload took so long that it was given up.', {
    path: ['file'],
  });
export const artifactUploadNotFound = () =>
  new DomainError('ARTIFACT_UPLOAD_NOT_FOUND', 'This upload is unknown, was used already, or has expired.');
const MISMATCHES = {
  md5: 'ARTIFACT_MD5_MISMATCH',
  sha1: 'ARTIFACT_SHA1_MISMATCH',
  sha256: 'ARTIFACT_SHA256_MISMATCH',
} as const;
export const artifactMismatch = (hash: keyof typeof MISMATCHES, actual: string) =>
  new DomainError(MISMATCHES[hash], `The ${hash} of what came is ${actual}, not the given one.`, {
    path: [hash],
  });

export const distributionSetTypeNotFound = (idOrKey: string, path = ['id']) =>
  notFound('DISTRIBUTION_SET_TYPE_NOT_FOUND', idOrKey, path);
export const distributionSetTypeAlreadyExists = (keyOrName: string, path = ['key']) =>
  alreadyExists('DISTRIBUTION_SET_TYPE_ALREADY_EXISTS', keyOrName, path);
export const distributionSetTypeDeleted = (id: string) =>
  new DomainError('DISTRIBUTION_SET_TYPE_DELETED', `The distribution set type ${id} was deleted.`, {
    entity: { type: 'DistributionSetType', id },
    path: ['id'],
  });

export const distributionSetNotFound = (id: string, path = ['id']) =>
  notFound('DISTRIBUTION_SET_NOT_FOUND', id, path);
export const distributionSetAlreadyExists = (nameAndVersion: string, path = ['version']) =>
  alreadyExists('DISTRIBUTION_SET_ALREADY_EXISTS', nameAndVersion, path);
export const distributionSetDeleted = (id: string, path = ['id']) =>
  new DomainError('DISTRIBUTION_SET_DELETED', `The distribution set ${id} was deleted.`, {
    entity: { type: 'DistributionSet', id },
    path,
  });
export const distributionSetIncomplete = (id: string, path = ['id']) =>
  new DomainError(
    'DISTRIBUTION_SET_INCOMPLETE',
    `The distribution set ${id} is incomplete: it lacks a module that its type asks for, or a module lacks files.`,
    { path },
  );
export const distributionSetInvalid = (id: string, path = ['id']) =>
  new DomainError('DISTRIBUTION_SET_INVALID', `The distribution set ${id} was invalidated.`, { path });
export const distributionSetMetadataNotFound = (key: string) =>
  notFound('DISTRIBUTION_SET_METADATA_NOT_FOUND', key, ['key']);

export const distributionSetTagNotFound = (id: string, path = ['id']) =>
  notFound('DISTRIBUTION_SET_TAG_NOT_FOUND', id, path);
export const distributionSetTagAlreadyExists = (name: string, path = ['name']) =>
  alreadyExists('DISTRIBUTION_SET_TAG_ALREADY_EXISTS', name, path);
