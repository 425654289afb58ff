import { and, eq, type SQL } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { artifactContents, artifacts } from '../../../database/tables/software.ts';
import type { Authored } from '../../shared/authorship.ts';
import type { ContentInfo } from '../content-info/content-info.ts';

/** A file of a software module as callers get it. */
export interface Artifact extends Authored {
  id: number;
  moduleId: number;
  filename: string;
  size: number;
  md5: string;
  sha1: string;
  sha256: string;
  /** What the file tells about itself; null for one of no known format. */
  info: ContentInfo | null;
}

export const ARTIFACT_COLUMNS = {
  id: artifacts.id,
  moduleId: artifacts.moduleId,
  filename: artifacts.filename,
  size: artifactContents.size,
  md5: artifactContents.md5,
  sha1: artifactContents.sha1,
  sha256: artifactContents.sha256,
  info: artifactContents.info,
  location: artifactContents.location,
  createdAt: artifacts.createdAt,
  createdBy: artifacts.createdBy,
  lastModifiedAt: artifacts.lastModifiedAt,
  lastModifiedBy: artifacts.lastModifiedBy,
};

/** The same with the place of its content, which only the store needs to know. */
export type StoredArtifact = Artifact & { location: string };

export const ofItsContent = and(
  eq(artifactContents.tenantId, artifacts.tenantId),
  eq(artifactContents.sha256, artifacts.sha256),
);

/** The artifacts of a tenant for which a condition holds, each module's in the order of the ids. */
export const readArtifacts = (
  database: Database | Transaction,
  tenantId: number,
  condition: SQL | undefined,
): Promise<StoredArtifact[]> =>
  database
    .select(ARTIFACT_COLUMNS)
    .from(artifacts)
    .innerJoin(artifactContents, ofItsContent)
    .where(and(eq(artifacts.tenantId, tenantId), condition))
    .orderBy(artifacts.moduleId, artifacts.id);

export const withoutLocation = ({ location: _, ...artifact }: StoredArtifact): Artifact => artifact;
