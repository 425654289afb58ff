import { z } from 'zod';

/* What is in a backup, in this order: its description, rows of tables, files of the store, its end. */

export const DESCRIPTION = 'muster-backup.json';
export const END_OF_BACKUP = 'end.json';
export const FORMAT = 1;

const Name = z.string().regex(/^[a-z_0-9]{1,63}$/);

export const Description = z.object({
  format: z.literal(FORMAT),
  /** The Muster that made it. */
  version: z.string(),
  at: z.iso.datetime(),
  /** When the newest migration of its database was made. */
  migration: z.number(),
  tables: z.array(z.object({ name: Name, columns: z.array(Name) })),
  counters: z.array(
    z.object({ table: Name, column: Name, value: z.string().regex(/^\d+$/), used: z.boolean() }),
  ),
});
export type Description = z.infer<typeof Description>;

/** How much there is: what was read must be the same. */
export const Sums = z.object({ rows: z.record(Name, z.number()), files: z.number(), bytes: z.number() });
export type Sums = z.infer<typeof Sums>;

export const rowsName = (table: string, part: number) => `rows/${table}/${part}`;
export const tableOf = (name: string) => /^rows\/([a-z_0-9]+)\/\d+$/.exec(name)?.[1];

export const fileName = (location: string) => `files/${location}`;
/** A location of the store, and nothing that leads out of it. */
export const locationOf = (name: string) => /^files\/(\d+\/[\w-]+)$/.exec(name)?.[1];

const LINE_BREAK = 10;

/** COPY ends each row with a line break, and writes those in values differently. */
export function rowsIn(block: Buffer): number {
  let rows = 0;
  for (let at = block.indexOf(LINE_BREAK); at >= 0; at = block.indexOf(LINE_BREAK, at + 1)) rows++;
  return rows;
}
