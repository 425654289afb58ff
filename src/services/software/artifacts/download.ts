import type { Readable } from 'node:stream';
import { artifactContentLost } from '../../../errors.ts';
import { type ByteRange, ContentLostError } from '../../../storage/store.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { Artifact, StoredArtifact } from './artifact.ts';
import { readArtifact } from './find.ts';

export type { ByteRange } from '../../../storage/store.ts';

/** A file that is ready to be sent. */
export interface Download extends Artifact {
  md5: string;
  sha1: string;
  url: null;
  /** Its bytes, or those of a range within it; as one piece where they are few. @throws ARTIFACT_CONTENT_LOST */
  read(range?: ByteRange): Promise<Readable | Uint8Array>;
}

/** A file that lives elsewhere: whoever wants it has to fetch it there. */
export interface ExternalFile extends Artifact {
  url: string;
}

/** The file of a module. Needs DOWNLOAD_REPOSITORY_ARTIFACT. @throws ARTIFACT_NOT_FOUND */
export async function openArtifact(
  context: Context,
  { moduleId, id }: { moduleId: number; id: number },
): Promise<Download | ExternalFile> {
  requirePermission(context, 'DOWNLOAD_REPOSITORY_ARTIFACT');
  const artifact = await readArtifact(context, 'DOWNLOAD_REPOSITORY_ARTIFACT', moduleId, id);
  return downloadOf(context, artifact);
}

/** The same for a caller whose permission was checked before. */
export function downloadOf(
  { storage }: Pick<Platform, 'storage'>,
  { location, ...artifact }: StoredArtifact,
): Download | ExternalFile {
  const { url, md5, sha1 } = artifact;
  if (url !== null) return { ...artifact, url };
  if (location === null || md5 === null || sha1 === null)
    throw new Error(`the artifact ${artifact.id} has no content`);
  return {
    ...artifact,
    md5,
    sha1,
    url,
    async read(range = { first: 0, last: artifact.size - 1 }) {
      try {
        const whole = await storage.small.read(location, artifact.size);
        if (whole) return whole.subarray(range.first, range.last + 1);
        // With a known end, the store neither searches for it nor uses more memory than the file has.
        return await storage.store.read(location, range);
      } catch (error) {
        if (!(error instanceof ContentLostError)) throw error;
        storage.onLost(location);
        throw artifactContentLost(artifact.filename);
      }
    },
  };
}
