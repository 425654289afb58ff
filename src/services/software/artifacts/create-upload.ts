import { and, eq, lte } from 'drizzle-orm';
import { z } from 'zod';
import { artifacts, artifactUploads } from '../../../database/tables/software.ts';
import { artifactAlreadyExists } from '../../../errors.ts';
import { digestOf, newSecret } from '../../access/api-keys/key.ts';
import { requirePermission } from '../../access/permissions.ts';
import { storedCallerOf } from '../../access/stored-caller.ts';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { lockOpenModule, titleOf } from '../software-modules/module.ts';
import { ArtifactDetails } from './input.ts';
import { writeUploadToken } from './upload-token.ts';

const CreateArtifactUpload = ArtifactDetails.extend({ moduleId: z.number() });
export type CreateArtifactUpload = z.input<typeof CreateArtifactUpload>;

/** How long a client may wait before it starts to send the file. */
const UPLOAD_LIVES_MS = 15 * 60 * 1000;

/** Where a client sends a file. */
export interface ArtifactUpload {
  /** Who has it may send the file, once, and needs no other permission. */
  token: string;
  expiresAt: Date;
}

/**
 * Checks a file's details before it is sent, and gives a token to send it with. Needs CREATE_SOFTWARE_MODULE, also when
 * the file is sent, with the module in its scope.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_DELETED, LOCKED, ARTIFACT_ALREADY_EXISTS, INVALID_INPUT
 */
export async function createArtifactUpload(
  context: Context,
  input: CreateArtifactUpload,
): Promise<ArtifactUpload> {
  const caller = requirePermission(context, 'CREATE_SOFTWARE_MODULE');
  const { moduleId, ...details } = parse(CreateArtifactUpload, input);
  const { tenantId, until } = caller;
  const now = context.clock();
  const expiresAt = new Date(Math.min(now.getTime() + UPLOAD_LIVES_MS, until?.getTime() ?? Infinity));

  return change(context, async (tx, changes) => {
    const module = await lockOpenModule(tx, context, 'CREATE_SOFTWARE_MODULE', moduleId);
    const sameName = and(
      eq(artifacts.tenantId, tenantId),
      eq(artifacts.moduleId, moduleId),
      eq(artifacts.filename, details.filename),
    );
    if (await tx.$count(artifacts, sameName)) throw artifactAlreadyExists(details.filename);
    await tx
      .delete(artifactUploads)
      .where(and(eq(artifactUploads.tenantId, tenantId), lte(artifactUploads.expiresAt, now)));
    const secret = newSecret();
    const holder = storedCallerOf(caller, ['CREATE_SOFTWARE_MODULE']);
    const [made] = await tx
      .insert(artifactUploads)
      .values({ ...holder, moduleId, ...details, digest: digestOf(secret), expiresAt })
      .returning({ id: artifactUploads.id });
    changes.record({
      type: 'artifact.upload-created',
      subjects: [details.filename],
      changes: added({ module: titleOf(module), expiresAt }),
    });
    return { token: writeUploadToken({ tenantId, id: made!.id, secret }), expiresAt };
  });
}
