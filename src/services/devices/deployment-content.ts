import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import type { Database } from '../../database/connect.ts';
import { distributionSetModules } from '../../database/tables/distribution-sets.ts';
import {
  artifacts,
  softwareModuleMetadata,
  softwareModules,
  softwareModuleTypes,
} from '../../database/tables/software.ts';
import { type Artifact, readArtifacts, withoutLocation } from '../artifacts/artifact.ts';
import { ofItsType } from '../software-modules/complete.ts';

/** A module as devices get it. */
export interface Chunk {
  moduleId: number;
  /** The key of the module's type. */
  part: string;
  name: string;
  version: string;
  artifacts: Artifact[];
  /** Only what devices are to be told. */
  metadata: { key: string; value: string }[];
}

/** The modules of a set, in the order of the ids. */
export async function readChunks(database: Database, tenantId: number, setId: number): Promise<Chunk[]> {
  const modules = await database
    .select({
      moduleId: softwareModules.id,
      part: softwareModuleTypes.key,
      name: softwareModules.name,
      version: softwareModules.version,
    })
    .from(distributionSetModules)
    .innerJoin(
      softwareModules,
      and(
        eq(softwareModules.tenantId, distributionSetModules.tenantId),
        eq(softwareModules.id, distributionSetModules.moduleId),
      ),
    )
    .innerJoin(softwareModuleTypes, ofItsType)
    .where(and(eq(distributionSetModules.tenantId, tenantId), eq(distributionSetModules.setId, setId)))
    .orderBy(softwareModules.id);
  const ids = modules.map(({ moduleId }) => moduleId);
  const [files, metadata] = await Promise.all([
    readArtifacts(database, tenantId, isAmong(artifacts.moduleId, ids)),
    readVisibleMetadata(database, tenantId, ids),
  ]);
  return modules.map((module) => ({
    ...module,
    artifacts: files.filter((file) => file.moduleId === module.moduleId).map(withoutLocation),
    metadata: metadata
      .filter((entry) => entry.moduleId === module.moduleId)
      .map(({ key, value }) => ({ key, value })),
  }));
}

function readVisibleMetadata(database: Database, tenantId: number, moduleIds: readonly number[]) {
  const { moduleId, key, value, targetVisible } = softwareModuleMetadata;
  return database
    .select({ moduleId, key, value })
    .from(softwareModuleMetadata)
    .where(
      and(
        eq(softwareModuleMetadata.tenantId, tenantId),
        isAmong(moduleId, moduleIds),
        eq(targetVisible, true),
      ),
    )
    .orderBy(moduleId, key);
}
