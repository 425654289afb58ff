import { and } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { artifacts } from '../../../database/tables/software.ts';
import { artifactNotFound } from '../../../errors.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { type ModulePermission, modulesAs } from '../software-modules/module.ts';
import { type Artifact, readArtifacts, type StoredArtifact, withoutLocation } from './artifact.ts';

/** The artifact of that id in a module. Needs READ_SOFTWARE_MODULE. @throws ARTIFACT_NOT_FOUND */
export async function findArtifact(context: Context, moduleId: number, id: number): Promise<Artifact> {
  requirePermission(context, 'READ_SOFTWARE_MODULE');
  return withoutLocation(await readArtifact(context, 'READ_SOFTWARE_MODULE', moduleId, id));
}

/** The artifacts of many modules, by module id, each in the order of the ids. Needs READ_SOFTWARE_MODULE. */
export async function findArtifactsOfModules(
  context: Context,
  moduleIds: readonly number[],
): Promise<Map<number, Artifact[]>> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const readable = await rowInScope(context, modulesAs('READ_SOFTWARE_MODULE'), artifacts.moduleId);
  const wanted = and(isAmong(artifacts.moduleId, moduleIds), readable);
  const rows = await readArtifacts(context.database, tenantId, wanted);
  const found = new Map<number, Artifact[]>(moduleIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.moduleId)?.push(withoutLocation(row));
  return found;
}

/**
 * Give the permission that the verb has required.
 * @throws ARTIFACT_NOT_FOUND, also where the module is out of its scope
 */
export async function readArtifact(
  context: Context,
  permission: ModulePermission,
  moduleId: number,
  id: number,
): Promise<StoredArtifact> {
  const wanted = and(
    isAmong(artifacts.id, [id]),
    isAmong(artifacts.moduleId, [moduleId]),
    await rowInScope(context, modulesAs(permission), artifacts.moduleId),
  );
  const [artifact] = await readArtifacts(context.database, context.caller.tenantId, wanted);
  if (!artifact) throw artifactNotFound(String(id));
  return artifact;
}

/** For each id its artifact, of whichever module, or undefined where there is none. Needs READ_SOFTWARE_MODULE. */
export async function findArtifacts(
  context: Context,
  ids: readonly number[],
): Promise<(Artifact | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const readable = await rowInScope(context, modulesAs('READ_SOFTWARE_MODULE'), artifacts.moduleId);
  const rows = await readArtifacts(context.database, tenantId, and(isAmong(artifacts.id, ids), readable));
  return inOrderOf(ids, rows.map(withoutLocation));
}
