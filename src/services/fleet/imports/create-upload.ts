import { importUploads } from '../../../database/tables/imports.ts';
import { digestOf, newSecret } from '../../access/api-keys/key.ts';
import { requirePermission } from '../../access/permissions.ts';
import { storedCallerOf } from '../../access/stored-caller.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { writeUploadToken } from '../../software/artifacts/upload-token.ts';
import { insertImport } from './begin.ts';
import { type Import, importView } from './find.ts';
import { forgetImports } from './forget.ts';
import { ImportOptions } from './input.ts';

export type CreateImportUpload = Omit<ImportOptions, 'key' | 'resume' | 'bytesTotal'>;

/** How long a client may wait before it starts to send the file, or goes on after a break. */
export const UPLOAD_LIVES_MS = 15 * 60 * 1000;

/** Where a client sends the file of an import. */
export interface ImportUpload {
  import: Import;
  /** Who has it may send the file, and needs no other permission. */
  token: string;
  expiresAt: Date;
}

/**
 * Notes an import before its file is sent, and gives a token to send it with, again and again until all of it is taken
 * in. Needs CREATE_TARGET, and UPDATE_TARGET for upsert; also when the file is sent.
 * @throws INVALID_INPUT
 */
export async function createImportUpload(context: Context, input: CreateImportUpload): Promise<ImportUpload> {
  const caller = requirePermission(context, 'CREATE_TARGET');
  const options = parse(ImportOptions, input);
  if (options.mode === 'upsert') requirePermission(context, 'UPDATE_TARGET');
  const { tenantId, until } = caller;
  const now = context.clock();
  const expiresAt = new Date(Math.min(now.getTime() + UPLOAD_LIVES_MS, until?.getTime() ?? Infinity));

  return change(context, async (tx, changes) => {
    await forgetImports(tx, tenantId, now);
    const record = (await insertImport(tx, context, options, { state: 'waiting', now }))!;
    const secret = newSecret();
    const holder = storedCallerOf(caller, ['CREATE_TARGET', 'UPDATE_TARGET', 'READ_TARGET_TYPE']);
    await tx
      .insert(importUploads)
      .values({ ...holder, importId: record.id, digest: digestOf(secret), expiresAt });
    changes.record({ type: 'import.upload-created', subjects: [String(record.id)] });
    return {
      import: importView(context)(record),
      token: writeUploadToken({ tenantId, id: record.id, secret }),
      expiresAt,
    };
  });
}
