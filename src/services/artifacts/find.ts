import { and } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import { artifacts } from '../../database/tables/software.ts';
import { artifactNotFound } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Context } from '../context.ts';
import { type Artifact, readArtifacts, type StoredArtifact, withoutLocation } from './artifact.ts';

/** The artifact of that id in a module. Needs READ_SOFTWARE_MODULE. @throws ARTIFACT_NOT_FOUND */
export async function findArtifact(context: Context, moduleId: number, id: number): Promise<Artifact> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  return withoutLocation(await readArtifact(context, tenantId, moduleId, id));
}

/** The artifacts of many modules, by module id, each in the order of the ids. Needs READ_SOFTWARE_MODULE. */
export async function findArtifactsOfModules(
  context: Context,
  moduleIds: readonly number[],
): Promise<Map<number, Artifact[]>> {
  const { tenantId } = requirePermission(context, 'READ_SOFTWARE_MODULE');
  const rows = await readArtifacts(context.database, tenantId, isAmong(artifacts.moduleId, moduleIds));
  const found = new Map<number, Artifact[]>(moduleIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.moduleId)?.push(withoutLocation(row));
  return found;
}

/** @throws ARTIFACT_NOT_FOUND */
export async function readArtifact(
  { database }: Context,
  tenantId: number,
  moduleId: number,
  id: number,
): Promise<StoredArtifact> {
  const ids = and(isAmong(artifacts.id, [id]), isAmong(artifacts.moduleId, [moduleId]));
  const [artifact] = await readArtifacts(database, tenantId, ids);
  if (!artifact) throw artifactNotFound(String(id));
  return artifact;
}
