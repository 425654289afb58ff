import { eq } from 'drizzle-orm';
import { artifacts } from '../../../database/tables/software.ts';
import { requirePermission } from '../../access/permissions.ts';
import { added } from '../../platform/audit/record.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { lockOpenModule, titleOf, touchModule } from '../software-modules/module.ts';
import { type Artifact, readArtifacts, withoutLocation } from './artifact.ts';
import { ExternalArtifactInput } from './input.ts';
import { refuseName } from './upload.ts';

/**
 * Adds a file that lives elsewhere to a software module: devices fetch it there. What is said of it is taken as it is,
 * because the server never fetches it. Needs CREATE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_DELETED, LOCKED, ARTIFACT_ALREADY_EXISTS, QUOTA_EXCEEDED,
 *   INVALID_INPUT
 */
export async function createExternalArtifact(
  context: Context,
  input: ExternalArtifactInput,
): Promise<Artifact> {
  const { tenantId } = requirePermission(context, 'CREATE_SOFTWARE_MODULE');
  const {
    moduleId,
    filename,
    url,
    size,
    sha256,
    sha1 = null,
    md5 = null,
  } = parse(ExternalArtifactInput, input);

  return change(context, async (tx, changes) => {
    const module = await lockOpenModule(tx, context, 'CREATE_SOFTWARE_MODULE', moduleId);
    await refuseName(tx, tenantId, moduleId, filename);
    const external = { url, size, sha256, sha1, md5 };
    const [made] = await tx
      .insert(artifacts)
      .values({ tenantId, moduleId, filename, external, ...creationStamp(context) })
      .returning({ id: artifacts.id });
    await touchModule(tx, context, 'CREATE_SOFTWARE_MODULE', moduleId);
    changes.record({
      type: 'artifact.created',
      subjects: [filename],
      changes: added({ module: titleOf(module), size, sha256, url }),
    });
    const [artifact] = await readArtifacts(tx, tenantId, eq(artifacts.id, made!.id));
    return withoutLocation(artifact!);
  });
}
