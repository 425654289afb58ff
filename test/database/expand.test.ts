import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * Migrations expand and contract: the version before must be able to go on with the database while servers are replaced
 * one after the other. What takes something away, or asks for more than the version before gives, needs a comment
 * `-- contract: why the version before does without` in its statement.
 */

const FOLDER = 'src/database/migrations';
/** It made the database: nobody was there before. */
const FIRST = '0000_first.sql';

const BREAKING: [RegExp, string][] = [
  [
    /\bDROP\s+(TABLE|COLUMN|TYPE|SCHEMA|VIEW|FUNCTION|SEQUENCE)\b/i,
    'takes away what the version before uses',
  ],
  [/\bRENAME\b/i, 'takes away a name that the version before uses'],
  [/\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b/i, 'changes what the version before reads'],
  [/\bSET\s+NOT\s+NULL\b/i, 'refuses what the version before writes'],
  [/\bDROP\s+DEFAULT\b/i, 'refuses what the version before leaves out'],
  [
    /\bADD\s+(CONSTRAINT\b.*\b)?(CHECK|UNIQUE|FOREIGN\s+KEY|EXCLUDE)\b/is,
    'refuses what the version before may write',
  ],
  [/\bCREATE\s+UNIQUE\s+INDEX\b/i, 'refuses what the version before may write'],
  [/\b(TRUNCATE|DELETE\s+FROM)\b/i, 'takes away what the version before reads'],
];
const ADDED_COLUMN = /\bADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?[^,;]*/gi;

/** What of a migration the version before can't go on with. */
function breaksOf(migration: string): string[] {
  const statements = migration.split(/--> statement-breakpoint|;\s*$/m).map((text) => text.trim());
  const created = new Set(
    [...migration.matchAll(/\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\S+)/gi)].map(([, name]) => name),
  );
  return statements.flatMap((statement) => {
    if (!statement || /--\s*contract:\s*\S/.test(statement)) return [];
    const text = statement.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''");
    const [, table] = /\b(?:ALTER\s+TABLE(?:\s+ONLY)?|INDEX\s+\S+\s+ON)\s+(\S+)/i.exec(text) ?? [];
    // A table of its own is unknown to the version before.
    if (table && created.has(table)) return [];
    const found = BREAKING.filter(([pattern]) => pattern.test(text)).map(([, why]) => why);
    const required = (text.match(ADDED_COLUMN) ?? []).some(
      (column) => /\bNOT\s+NULL\b/i.test(column) && !/\b(DEFAULT|GENERATED)\b/i.test(column),
    );
    return required ? [...found, 'wants what the version before leaves out'] : found;
  });
}

describe('a migration', () => {
  const later = readdirSync(FOLDER).filter((name) => name.endsWith('.sql') && name !== FIRST);
  it('only adds what the version before can leave alone', () => {
    const broken = later.flatMap((name) =>
      breaksOf(readFileSync(join(FOLDER, name), 'utf8')).map((why) => `${name} ${why}`),
    );
    expect(broken).toEqual([]);
  });

  it.each([
    'ALTER TABLE "targets" ADD COLUMN "color" text;',
    `ALTER TABLE "targets" ADD COLUMN "color" text DEFAULT 'red, not null' NOT NULL;`,
    'CREATE TABLE "wishes" ("id" bigint NOT NULL); --> statement-breakpoint\nALTER TABLE "wishes" ADD CONSTRAINT "w" UNIQUE ("id");',
    'CREATE TABLE "wishes" ("id" bigint NOT NULL); --> statement-breakpoint\nCREATE UNIQUE INDEX "w" ON "wishes" USING btree ("id");',
    'CREATE INDEX "targets_color_idx" ON "targets" USING btree ("color");',
    '-- contract: 0.3 neither reads nor writes it\nALTER TABLE "targets" DROP COLUMN "color";',
    `UPDATE "targets" SET "name" = 'drop table';`,
  ])('may be %s', (migration) => expect(breaksOf(migration)).toEqual([]));

  it.each([
    'ALTER TABLE "targets" DROP COLUMN "name";',
    'DROP TABLE "targets" CASCADE;',
    'ALTER TABLE "targets" RENAME COLUMN "name" TO "title";',
    'ALTER TABLE "targets" RENAME TO "devices";',
    'ALTER TABLE "targets" ALTER COLUMN "name" SET DATA TYPE integer;',
    'ALTER TABLE "targets" ALTER COLUMN "name" SET NOT NULL;',
    'ALTER TABLE "targets" ADD COLUMN "color" text NOT NULL;',
    'ALTER TABLE "targets" ADD COLUMN "a" text, ADD COLUMN "color" text NOT NULL;',
    'ALTER TABLE "targets" ADD CONSTRAINT "c" CHECK (name <> \'\');',
    'ALTER TABLE "actions" ADD CONSTRAINT "f" FOREIGN KEY ("target_id") REFERENCES "targets"("id");',
    'CREATE UNIQUE INDEX "u" ON "targets" USING btree ("name");',
    'ALTER TABLE "targets" ADD COLUMN "color" text; --> statement-breakpoint\nDELETE FROM "targets";',
  ])('may not be %s', (migration) => expect(breaksOf(migration)).toHaveLength(1));
});
