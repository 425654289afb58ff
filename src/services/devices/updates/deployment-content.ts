import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { distributionSetModules } from '../../../database/tables/distribution-sets.ts';
import {
  artifactContents,
  artifacts,
  softwareModuleMetadata,
  softwareModules,
  softwareModuleTypes,
} from '../../../database/tables/software.ts';
import type { Announcements } from '../../platform/announcements.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { ARTIFACT_COLUMNS, ofItsContent, type StoredArtifact } from '../../software/artifacts/artifact.ts';
import { ofItsType } from '../../software/software-modules/complete.ts';
import { type CachedRead, openReadCache } from '../polling/read-cache.ts';

/** A module as devices get it. */
export interface DeploymentChunk {
  moduleId: number;
  /** The key of the module's type. */
  part: string;
  name: string;
  version: string;
  artifacts: StoredArtifact[];
  /** Only what devices are to be told. */
  metadata: { key: string; value: string }[];
}

/** What is in sets. */
export interface SetContents {
  /** The modules of a set, in the order of the ids. */
  read(tenant: Tenant, setId: number): Promise<readonly DeploymentChunk[]>;
}

interface Remembered extends CachedRead {
  chunks: DeploymentChunk[];
}

/** Many devices get the same few sets. */
const SETS_AT_MOST = 200;

/** Remembers what is in sets, until any software of a tenant changes. */
export function openSetContents(database: Database, announcements: Announcements): SetContents {
  const sets = openReadCache<Remembered>(SETS_AT_MOST, announcements.trustworthy, async (tenant, setId) => ({
    tenant,
    chunks: await readChunks(database, tenant.tenantId, Number(setId)),
  }));
  announcements.subscribe({ changed() {}, software: sets.clear, everything: sets.clear });
  return {
    async read(tenant, setId) {
      const key = String(setId);
      return (sets.peek(tenant, key) ?? (await sets.read(tenant, key)))!.chunks;
    },
  };
}

async function readChunks(database: Database, tenantId: number, setId: number): Promise<DeploymentChunk[]> {
  const key = { tenantId, setId };
  const [modules, files, metadata] = await Promise.all([
    findModules(database).execute(key),
    findFiles(database).execute(key),
    findVisibleMetadata(database).execute(key),
  ]);
  return modules.map((module) => ({
    ...module,
    artifacts: files.filter((file) => file.moduleId === module.moduleId),
    metadata: metadata
      .filter((entry) => entry.moduleId === module.moduleId)
      .map(({ key, value }) => ({ key, value })),
  }));
}

const ofTheSet = and(
  eq(distributionSetModules.tenantId, sql.placeholder('tenantId')),
  eq(distributionSetModules.setId, sql.placeholder('setId')),
);

const findModules = prepared((database: Database) =>
  database
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
    .where(ofTheSet)
    .orderBy(softwareModules.id)
    .prepare('deployment_modules'),
);

const findFiles = prepared((database: Database) =>
  database
    .select(ARTIFACT_COLUMNS)
    .from(distributionSetModules)
    .innerJoin(
      artifacts,
      and(
        eq(artifacts.tenantId, distributionSetModules.tenantId),
        eq(artifacts.moduleId, distributionSetModules.moduleId),
      ),
    )
    .leftJoin(artifactContents, ofItsContent)
    .where(ofTheSet)
    .orderBy(artifacts.moduleId, artifacts.id)
    .prepare('deployment_files'),
);

const findVisibleMetadata = prepared((database: Database) => {
  const { tenantId, moduleId, key, value, targetVisible } = softwareModuleMetadata;
  return database
    .select({ moduleId, key, value })
    .from(distributionSetModules)
    .innerJoin(
      softwareModuleMetadata,
      and(eq(tenantId, distributionSetModules.tenantId), eq(moduleId, distributionSetModules.moduleId)),
    )
    .where(and(ofTheSet, eq(targetVisible, true)))
    .orderBy(moduleId, key)
    .prepare('deployment_metadata');
});
