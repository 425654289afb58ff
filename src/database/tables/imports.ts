import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

export const IMPORT_STATES = ['running', 'interrupted', 'failed', 'finished'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];
export const IMPORT_MODES = ['create', 'upsert'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];
export const IMPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/** Files of targets, with how far each has been taken in: every number is of what is committed. */
export const imports = pgTable(
  'imports',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    /** The client's own name for it, by which it finds it again when the answer was lost. */
    key: exactText('key'),
    state: text('state', { enum: IMPORT_STATES }).notNull(),
    mode: text('mode', { enum: IMPORT_MODES }).notNull(),
    format: text('format', { enum: IMPORT_FORMATS }).notNull(),
    dryRun: boolean('dry_run').notNull(),
    /** What was chosen to be between the cells of CSV; null where the headings tell. */
    delimiter: text('delimiter'),
    /** Why it failed, for people. */
    message: text('message'),
    /** Bytes and lines taken in, and the digest of those bytes, by which the same file is known again. */
    bytes: counter('bytes'),
    bytesTotal: bigint('bytes_total', { mode: 'number' }),
    lines: counter('lines'),
    digest: text('digest'),
    rowsRead: counter('rows_read'),
    rowsCreated: counter('rows_created'),
    rowsUpdated: counter('rows_updated'),
    rowsRefused: counter('rows_refused'),
    faults: counter('faults'),
    /** Rows that repeat a target which an earlier row of the file changed. */
    warnings: counter('warnings'),
    /** The latest transactions by which it changed targets, as PostgreSQL notes them in rows: so it knows its own work. */
    transactions: bigint('transactions', { mode: 'number' }).array().notNull().default(sql`'{}'`),
    /** Raised whenever an upload takes over, so that one that was given up cannot go on beside it. */
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

/** What was wrong with refused rows, one or more of a line, and what is to be said of others. */
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
    foreignKey({
      name: 'import_faults_import_fkey',
      columns: [t.tenantId, t.importId],
      foreignColumns: [imports.tenantId, imports.id],
    }).onDelete('cascade'),
  ],
);

/** The controllerIds that a dry run has met: what it doesn't write it must remember, to find a repeated one. */
export const importSeen = pgTable(
  'import_seen',
  { ...importKey, controllerId: exactText('controller_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.importId, t.controllerId] }),
    foreignKey({
      name: 'import_seen_import_fkey',
      columns: [t.tenantId, t.importId],
      foreignColumns: [imports.tenantId, imports.id],
    }).onDelete('cascade'),
  ],
);
