import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
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
  /** Null of a file that lives elsewhere, if nobody said it; so is the SHA-1. */
  md5: string | null;
  sha1: string | null;
  sha256: string;
  /** What the file tells about itself; null for one of no known format, or that lives elsewhere. */
  info: ContentInfo | null;
  /** Where it lives, if that is elsewhere: the server never fetches it. */
  url: string | null;
}

/** A column of the content in the store, or else what was said of a file that lives elsewhere. */
const either = <T extends string | null>(column: SQLWrapper, key: 'md5' | 'sha1' | 'sha256') =>
  sql<T>`coalesce(${column}, ${artifacts.external} ->> ${sql.raw(`'${key}'`)})`;

export const ARTIFACT_COLUMNS = {
  id: artifacts.id,
  moduleId: artifacts.moduleId,
  filename: artifacts.filename,
  size: sql<number>`coalesce(${artifactContents.size}, (${artifacts.external} ->> 'size')::bigint)`.mapWith(
    Number,
  ),
  md5: either<string | null>(artifactContents.md5, 'md5'),
  sha1: either<string | null>(artifactContents.sha1, 'sha1'),
  sha256: either<string>(artifactContents.sha256, 'sha256'),
  url: sql<string | null>`${artifacts.external} ->> 'url'`,
  info: artifactContents.info,
  location: artifactContents.location,
  createdAt: artifacts.createdAt,
  createdBy: artifacts.createdBy,
  lastModifiedAt: artifacts.lastModifiedAt,
  lastModifiedBy: artifacts.lastModifiedBy,
};

/** The same with the place of its content in the store, which only the store needs to know. */
export type StoredArtifact = Artifact & { location: string | null };

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
    .leftJoin(artifactContents, ofItsContent)
    .where(and(eq(artifacts.tenantId, tenantId), condition))
    .orderBy(artifacts.moduleId, artifacts.id);

export const withoutLocation = ({ location: _, ...artifact }: StoredArtifact): Artifact => artifact;
