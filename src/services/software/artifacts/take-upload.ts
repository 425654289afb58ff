import { and, eq, gt } from 'drizzle-orm';
import { artifactUploads } from '../../../database/tables/software.ts';
import { artifactUploadNotFound } from '../../../errors.ts';
import { digestOf } from '../../access/api-keys/key.ts';
import { restoreCaller } from '../../access/stored-caller.ts';
import type { Origin, Platform } from '../../shared/context.ts';
import type { Artifact } from './artifact.ts';
import { uploadArtifact } from './upload.ts';
import { readUploadToken } from './upload-token.ts';

/**
 * Receives the file of an upload. The upload's token works once, even when the file is refused.
 * @throws ARTIFACT_UPLOAD_NOT_FOUND; FORBIDDEN where the caller has lost the permission since; what `uploadArtifact`
 *   throws
 */
export async function takeUpload(
  platform: Platform,
  origin: Origin,
  token: string,
  content: AsyncIterable<Uint8Array>,
): Promise<Artifact> {
  const upload = await claimUpload(platform, token);
  const caller = upload && (await restoreCaller(platform, upload));
  if (!caller) throw artifactUploadNotFound();
  const { moduleId, filename, md5, sha1, sha256 } = upload;
  const details = async () => ({ filename, md5, sha1, sha256 });
  return uploadArtifact({ ...platform, caller, origin }, { moduleId, content, details });
}

/** One statement, so that only one of several requests with the same token gets it. */
async function claimUpload({ database, clock }: Platform, token: string) {
  const parts = readUploadToken(token);
  if (!parts) return undefined;
  const [claimed] = await database
    .delete(artifactUploads)
    .where(
      and(
        eq(artifactUploads.tenantId, parts.tenantId),
        eq(artifactUploads.id, parts.id),
        eq(artifactUploads.digest, digestOf(parts.secret)),
        gt(artifactUploads.expiresAt, clock()),
      ),
    )
    .returning();
  return claimed;
}
