import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, customType, text, timestamp } from 'drizzle-orm/pg-core';

/** Text that is ordered and compared by its bytes, so that cursors mean the same on every server. */
export const exactText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/**
 * Text as filters compare it, without regard to case. An index serves only this very expression: a B-tree for `==` and
 * prefixes, one with gin_trgm_ops for other wildcards.
 */
export const lowered = (text: SQLWrapper): SQL => sql`(lower(${text} COLLATE "default") COLLATE "C")`;

/** The same in a GIN index, for patterns that don't begin with text. */
export const wildcards = (column: AnyPgColumn): SQL => sql`${lowered(column)} gin_trgm_ops`;

/** A JSON value. Drizzle's own type reads a text that looks like a number as a number. */
export const jsonValue = customType<{ data: string | number | boolean; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => sql`${JSON.stringify(value)}::text::jsonb`,
});

/** In milliseconds: finer times would break `createdat==` and cursors, which are in milliseconds. */
export const instant = (name: string) => timestamp(name, { precision: 3, withTimezone: true, mode: 'date' });

/** An identifier that the database assigns; REST shows it as a number, GraphQL as an ID. */
export const identity = (name: string) =>
  bigint(name, { mode: 'number' }).generatedAlwaysAsIdentity().notNull();
export const reference = (name: string) => bigint(name, { mode: 'number' });

/** Who created a row and who changed it last. */
export const authorship = {
  createdAt: instant('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  lastModifiedAt: instant('last_modified_at').notNull(),
  lastModifiedBy: text('last_modified_by').notNull(),
};
