import { and, eq, gt, sql } from 'drizzle-orm';
import { importUploads } from '../../../database/tables/imports.ts';
import { importUploadNotFound } from '../../../errors.ts';
import { digestOf } from '../../access/api-keys/key.ts';
import { restoreCaller } from '../../access/stored-caller.ts';
import type { Context, Origin, Platform } from '../../shared/context.ts';
import { readUploadToken } from '../../software/artifacts/upload-token.ts';
import { UPLOAD_LIVES_MS } from './create-upload.ts';
import { findImport, type Import } from './find.ts';
import { importTargets } from './import-targets.ts';
import type { RowSource } from './source.ts';

/**
 * Takes in the file of an import upload. After a break the same file can be sent again with the same token, and goes on
 * from where it was.
 * @throws IMPORT_UPLOAD_NOT_FOUND; FORBIDDEN where the caller has lost the permission since; what `importTargets` throws
 */
export async function takeImportUpload(
  platform: Platform,
  origin: Origin,
  token: string,
  { bytesTotal, read }: { bytesTotal: number | null; read: RowSource },
): Promise<Import> {
  const upload = await holdUpload(platform, token);
  const caller = upload && (await restoreCaller(platform, upload));
  if (!caller) throw importUploadNotFound();
  const context: Context = { ...platform, caller, origin };
  const { format } = await findImport(context, upload.importId);
  return importTargets(context, { format, resume: upload.importId, bytesTotal }, read);
}

/** Finds the upload of a token, which is good for longer now: it may break off. */
async function holdUpload({ database, clock }: Platform, token: string) {
  const parts = readUploadToken(token);
  if (!parts) return undefined;
  const now = clock();
  const [held] = await database
    .update(importUploads)
    // Whom an issuer's token named can't be asked for again: it isn't good for longer than the token.
    .set({
      expiresAt: sql`CASE WHEN has_account THEN ${new Date(now.getTime() + UPLOAD_LIVES_MS).toISOString()}::timestamptz ELSE expires_at END`,
    })
    .where(
      and(
        eq(importUploads.tenantId, parts.tenantId),
        eq(importUploads.importId, parts.id),
        eq(importUploads.digest, digestOf(parts.secret)),
        gt(importUploads.expiresAt, now),
      ),
    )
    .returning();
  return held;
}
