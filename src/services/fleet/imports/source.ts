import type { ImportLayout, imports } from '../../../database/tables/imports.ts';

export type { ImportField, ImportLayout, ImportPreviewRow } from '../../../database/tables/imports.ts';

/** A key with its value. */
export type Entry = readonly [key: string, value: string];

/** A target as a file has it: what is missing or null isn't given. */
export interface ImportedTarget {
  controllerId?: string | null | undefined;
  name?: string | null | undefined;
  description?: string | null | undefined;
  address?: string | null | undefined;
  securityToken?: string | null | undefined;
  requestAttributes?: boolean | null | undefined;
  /** The type's key, or its id. */
  targetType?: string | null | undefined;
  group?: string | null | undefined;
  tags?: readonly string[] | undefined;
  attributes?: readonly Entry[] | undefined;
  metadata?: readonly Entry[] | undefined;
}

/** What is wrong with a row, and where. */
export interface Fault {
  field: string;
  code: string;
  /** The rule, for people. */
  message: string;
}

/** A row of a file: a target, or what of it could not be read. */
export interface ImportRow {
  /** Where it begins; the first line of a file is 1. */
  line: number;
  target?: ImportedTarget;
  faults?: readonly Fault[];
  /** The row as it is in the file, without its end; of CSV so that it has a cell for each column. */
  text?: string;
}

/** How far a file has been read: only ever to the end of a row. */
export interface Position {
  bytes: number;
  lines: number;
  /** Of all bytes before, by which the same file is known again; null at the beginning. */
  digest: string | null;
}

export const BEGINNING: Position = { bytes: 0, lines: 0, digest: null };

/** Rows that were read together, and where the reading stands after them. */
export interface RowBatch {
  /** How the file is read, where it has headings. */
  layout?: ImportLayout;
  rows: ImportRow[];
  end: Position;
}

/** What was chosen: for CSV what is between its cells and what its columns are, for NDJSON what its fields are. */
export type ReadAs = Pick<typeof imports.$inferSelect, 'format' | 'delimiter' | 'columns' | 'fields'>;

/**
 * Reads a file from its beginning and gives the rows that come after a position.
 * @throws a DomainError where it cannot be read or isn't the file whose beginning was taken in before
 */
export type RowSource = (from: Position, as: ReadAs) => AsyncIterable<RowBatch>;
