import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

export const softwareModuleTypes = pgTable(
  'software_module_types',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    key: exactText('key').notNull(),
    name: exactText('name').notNull(),
    description: text('description'),
    color: text('color'),
    /** A module with fewer files is incomplete. */
    minArtifacts: integer('min_artifacts').notNull(),
    /** How many modules of the type a distribution set may have. */
    maxAssignments: integer('max_assignments').notNull(),
    /** It was deleted while it was in use: its users still show it, and nothing new may use it. */
    deleted: boolean('deleted').notNull().default(false),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('software_module_types_key_key').on(t.tenantId, t.key),
    unique('software_module_types_name_key').on(t.tenantId, t.name),
  ],
);

export const softwareModules = pgTable(
  'software_modules',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    typeId: reference('type_id').notNull(),
    name: exactText('name').notNull(),
    version: exactText('version').notNull(),
    description: text('description'),
    vendor: text('vendor'),
    locked: boolean('locked').notNull().default(false),
    /** It was deleted while a distribution set had it. */
    deleted: boolean('deleted').notNull().default(false),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('software_modules_version_key').on(t.tenantId, t.typeId, t.name, t.version),
    foreignKey({
      name: 'software_modules_type_fkey',
      columns: [t.tenantId, t.typeId],
      foreignColumns: [softwareModuleTypes.tenantId, softwareModuleTypes.id],
    }),
  ],
);

const moduleKey = {
  tenantId: reference('tenant_id').notNull(),
  moduleId: reference('module_id').notNull(),
};

export const softwareModuleMetadata = pgTable(
  'software_module_metadata',
  {
    ...moduleKey,
    key: exactText('key').notNull(),
    value: exactText('value').notNull(),
    /** Whether devices see it. */
    targetVisible: boolean('target_visible').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.moduleId, t.key] }),
    foreignKey({
      name: 'software_module_metadata_module_fkey',
      columns: [t.tenantId, t.moduleId],
      foreignColumns: [softwareModules.tenantId, softwareModules.id],
    }).onDelete('cascade'),
  ],
);

/** See `ContentInfo` of the services. */
interface StoredInfo {
  format: 'swu' | 'rauc';
  version: string | null;
  description: string | null;
  hardwareCompatibility: string[];
  problem: string | null;
}

interface StoredExternal {
  url: string;
  size: number;
  sha256: string;
  sha1: string | null;
  md5: string | null;
}

/** The contents of files: each content once in a tenant, however many artifacts have it. */
export const artifactContents = pgTable(
  'artifact_contents',
  {
    tenantId: tenantReference(),
    sha256: exactText('sha256').notNull(),
    sha1: exactText('sha1').notNull(),
    md5: exactText('md5').notNull(),
    size: reference('size').notNull(),
    /** Its name in the store, which is never used again. */
    location: text('location').notNull(),
    /** What it tells about itself; null for one of no known format. */
    info: jsonb('info').$type<StoredInfo>(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sha256] })],
);

export const artifacts = pgTable(
  'artifacts',
  {
    ...moduleKey,
    id: identity('id'),
    filename: exactText('filename').notNull(),
    /** Its content in the store; null if it lives elsewhere. */
    sha256: exactText('sha256'),
    /** Where else it lives, and what was said of it: nobody here has looked. Null if it is in the store. */
    external: jsonb('external').$type<StoredExternal>(),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    check('artifacts_place_check', sql`(${t.sha256} IS NULL) <> (${t.external} IS NULL)`),
    unique('artifacts_filename_key').on(t.tenantId, t.moduleId, t.filename),
    foreignKey({
      name: 'artifacts_module_fkey',
      columns: [t.tenantId, t.moduleId],
      foreignColumns: [softwareModules.tenantId, softwareModules.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'artifacts_content_fkey',
      columns: [t.tenantId, t.sha256],
      foreignColumns: [artifactContents.tenantId, artifactContents.sha256],
    }),
    index('artifacts_content_idx').on(t.tenantId, t.sha256),
  ],
);

/**
 * Expected uploads. Anyone with the token may send the file, while its creator still has the permission. The row is
 * deleted when the upload starts.
 */
export const artifactUploads = pgTable(
  'artifact_uploads',
  {
    ...moduleKey,
    id: identity('id'),
    /** SHA-256 of the token's secret. */
    digest: exactText('digest').notNull(),
    filename: exactText('filename').notNull(),
    md5: exactText('md5'),
    sha1: exactText('sha1'),
    sha256: exactText('sha256'),
    username: text('username').notNull(),
    /** False for a caller with an issuer's token, who needs no account. */
    hasAccount: boolean('has_account').notNull(),
    apiKeyId: reference('api_key_id'),
    grants: text('grants').array().notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      name: 'artifact_uploads_module_fkey',
      columns: [t.tenantId, t.moduleId],
      foreignColumns: [softwareModules.tenantId, softwareModules.id],
    }).onDelete('cascade'),
    index('artifact_uploads_module_idx').on(t.tenantId, t.moduleId),
  ],
);

/**
 * Orphans: what the store has, or may have, beside the contents. These are running uploads, and contents that no
 * artifact has any more. A row is written before the store is changed, so that a process that dies leaves no unknown
 * content.
 */
export const artifactOrphans = pgTable(
  'artifact_orphans',
  {
    tenantId: tenantReference(),
    location: text('location').notNull(),
    since: instant('since').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.location] })],
);
