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
 * Takes the file that an upload was handed out for. The upload is used up then, whatever becomes of the file.
 * @throws ARTIFACT_UPLOAD_NOT_FOUND; FORBIDDEN where the permission was taken away meanwhile; and as `uploadArtifact`
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

/** In one statement: of those who come with the same token at the same time one gets it. */
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
