import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

/** A field of an NDJSON row, and what it is of a target; null: it is left out. */
export interface ImportField {
  name: string;
  field: string | null;
}

export const IMPORT_STATES = ['waiting', 'running', 'interrupted', 'failed', 'finished'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];
export const IMPORT_MODES = ['create', 'upsert'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];
export const IMPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** How a file is read: known once its headings are. */
export interface ImportLayout {
  /** The first row as it is in the file, and what stands between its cells. */
  header: string;
  separator: string;
  headings: readonly string[];
  /** The field that each column is read as; null for one that is left out. */
  fields: readonly (string | null)[];
}

/** One of the first rows, as it was read. */
export interface ImportPreviewRow {
  line: number;
  controllerId: string | null;
  name: string | null;
  description: string | null;
  group: string | null;
  address: string | null;
  targetType: string | null;
  /** The token itself is shown nowhere. */
  hasSecurityToken: boolean;
  requestAttributes: boolean | null;
  tags: readonly string[];
  attributes: readonly (readonly [key: string, value: string])[];
  metadata: readonly (readonly [key: string, value: string])[];
}

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/** Files of targets, with how far each is imported: all numbers count committed rows. */
export const imports = pgTable(
  'imports',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    /** The client's own name for it, to find it again if the answer was lost. */
    key: exactText('key'),
    state: text('state', { enum: IMPORT_STATES }).notNull(),
    mode: text('mode', { enum: IMPORT_MODES }).notNull(),
    format: text('format', { enum: IMPORT_FORMATS }).notNull(),
    dryRun: boolean('dry_run').notNull(),
    /** The separator of CSV cells that was given; null if the headings say it. */
    delimiter: text('delimiter'),
    /** What the columns of CSV are, where that was told; null for one that is left out. */
    columns: jsonb('columns').$type<readonly (string | null)[]>(),
    /** What fields of NDJSON are, where that was told. */
    fields: jsonb('fields').$type<readonly ImportField[]>(),
    /** Null until the headings were read, and for NDJSON. */
    layout: jsonb('layout').$type<ImportLayout>(),
    preview: jsonb('preview').$type<readonly ImportPreviewRow[]>().notNull().default([]),
    /** Why it failed, for people. */
    message: text('message'),
    /** Bytes and lines that were imported, and the digest of these bytes, to recognise the same file. */
    bytes: counter('bytes'),
    bytesTotal: bigint('bytes_total', { mode: 'number' }),
    lines: counter('lines'),
    digest: text('digest'),
    rowsRead: counter('rows_read'),
    rowsCreated: counter('rows_created'),
    rowsUpdated: counter('rows_updated'),
    rowsRefused: counter('rows_refused'),
    faults: counter('faults'),
    /** Refused rows that are kept as they were in the file, and their bytes. */
    refusedKept: counter('refused_kept'),
    refusedBytes: counter('refused_bytes'),
    /** Rows with a target that an earlier row of the file has changed. */
    warnings: counter('warnings'),
    /** Its latest transactions that changed targets, as in PostgreSQL's xmin: so it recognises its own changes. */
    transactions: bigint('transactions', { mode: 'number' }).array().notNull().default(sql`'{}'`),
    /** Raised when an upload takes over, so that the upload before cannot continue at the same time. */
    attempt: integer('attempt').notNull(),
    startedAt: instant('started_at').notNull(),
    startedBy: text('started_by').notNull(),
    updatedAt: instant('updated_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('imports_key_key').on(t.tenantId, t.key),
    index('imports_updated_at_idx').on(t.tenantId, t.updatedAt),
  ],
);

const importKey = {
  tenantId: reference('tenant_id').notNull(),
  importId: reference('import_id').notNull(),
};

const ofImport = (name: string, t: Record<'tenantId' | 'importId', AnyPgColumn>) =>
  foreignKey({
    name,
    columns: [t.tenantId, t.importId],
    foreignColumns: [imports.tenantId, imports.id],
  }).onDelete('cascade');

/** Where the file of an import is awaited: who has the token may send it. */
export const importUploads = pgTable(
  'import_uploads',
  {
    ...importKey,
    /** SHA-256 of the token's secret. */
    digest: exactText('digest').notNull(),
    username: text('username').notNull(),
    /** False for a caller with an issuer's token, who needs no account. */
    hasAccount: boolean('has_account').notNull(),
    apiKeyId: reference('api_key_id'),
    grants: text('grants').array().notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.importId] }), ofImport('import_uploads_import_fkey', t)],
);

/** Refused rows as they were in the file. */
export const importRefused = pgTable(
  'import_refused',
  { ...importKey, line: bigint('line', { mode: 'number' }).notNull(), row: text('row').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.importId, t.line] }),
    ofImport('import_refused_import_fkey', t),
  ],
);

/** Faults of refused rows, one or more for each line, and warnings of other rows. */
export const importFaults = pgTable(
  'import_faults',
  {
    ...importKey,
    line: bigint('line', { mode: 'number' }).notNull(),
    ordinal: integer('ordinal').notNull(),
    isWarning: boolean('is_warning').notNull().default(false),
    controllerId: text('controller_id'),
    field: text('field').notNull(),
    code: text('code').notNull(),
    message: text('message').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.importId, t.line, t.ordinal] }),
    ofImport('import_faults_import_fkey', t),
  ],
);

/** The controllerIds of a dry run: it writes no targets, so it remembers these to find repeated ones. */
export const importSeen = pgTable(
  'import_seen',
  { ...importKey, controllerId: exactText('controller_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.importId, t.controllerId] }),
    ofImport('import_seen_import_fkey', t),
  ],
);
