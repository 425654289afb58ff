import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, customType, text, timestamp } from 'drizzle-orm/pg-core';

/** Text whose order and equality are those of its bytes, so that cursors mean the same on every server. */
export const exactText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/**
 * Text as filters compare it, without regard to case. An index serves only this very expression: a B-tree for `==` and
 * prefixes, one with gin_trgm_ops for other wildcards.
 */
export const lowered = (text: SQLWrapper): SQL => sql`(lower(${text} COLLATE "default") COLLATE "C")`;

/** The same in a GIN index, for patterns that don't begin with text. */
export const wildcards = (column: AnyPgColumn): SQL => sql`${lowered(column)} gin_trgm_ops`;

/** A JSON value. Not Drizzle's own type, which reads a text that looks like a number as one. */
export const jsonValue = customType<{ data: string | number | boolean; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => sql`${JSON.stringify(value)}::text::jsonb`,
});

/** Milliseconds: finer times would break `createdat==` and cursors, which speak in milliseconds. */
export const instant = (name: string) => timestamp(name, { precision: 3, withTimezone: true, mode: 'date' });

/** An identifier that the database hands out; REST shows it as a number, GraphQL as an ID. */
export const identity = (name: string) =>
  bigint(name, { mode: 'number' }).generatedAlwaysAsIdentity().notNull();
export const reference = (name: string) => bigint(name, { mode: 'number' });

/** Who made a row and who changed it last. */
export const authorship = {
  createdAt: instant('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  lastModifiedAt: instant('last_modified_at').notNull(),
  lastModifiedBy: text('last_modified_by').notNull(),
};
