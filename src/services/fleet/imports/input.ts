import { z } from 'zod';
import { IMPORT_FORMATS, IMPORT_MODES } from '../../../database/tables/imports.ts';
import { plainText } from '../../shared/text.ts';

const DELIMITER_RULE = 'must be one character that is no quote, letter, digit or line break, or the word tab';
/** What stands between the cells of CSV. Some shells and addresses can't write a tab. */
const delimiter = z
  .string()
  .transform((text) => (text.toLowerCase() === 'tab' ? '\t' : text))
  .refine((text) => /^[^"\p{L}\p{N}\p{C}]$/u.test(text) || text === '\t', DELIMITER_RULE)
  .refine((text) => text.length === 1, DELIMITER_RULE);

/** More and longer ones are refused by their names in any case. */
const MOST_HEADINGS = 10_000;
const LONGEST_HEADING = 256;

/** How a file is taken in. */
export const ImportOptions = z
  .object({
    mode: z.enum(IMPORT_MODES, 'must be create or upsert').nullish(),
    format: z.enum(IMPORT_FORMATS, 'must be csv or ndjson'),
    dryRun: z.boolean().nullish(),
    key: plainText(1, 128).nullish(),
    resume: z.number().nullish(),
    /** Found out by the headings unless it is given. */
    delimiter: delimiter.nullish(),
    columns: z.array(z.string().max(LONGEST_HEADING).nullable()).min(1).max(MOST_HEADINGS).nullish(),
    fields: z
      .array(
        z.object({
          name: z.string().max(LONGEST_HEADING),
          field: z
            .string()
            .max(LONGEST_HEADING)
            .nullish()
            .transform((field) => field ?? null),
        }),
      )
      .min(1)
      .max(MOST_HEADINGS)
      .nullish(),
    bytesTotal: z.number().int().nonnegative().nullish(),
  })
  .refine(({ key, resume }) => key == null || resume == null, {
    path: ['resume'],
    message: 'cannot be used together with key',
  })
  .refine(({ delimiter, format }) => delimiter == null || format === 'csv', {
    path: ['delimiter'],
    message: 'is of CSV only',
  })
  .refine(({ columns, format }) => columns == null || format === 'csv', {
    path: ['columns'],
    message: 'is of CSV only',
  })
  .refine(({ fields, format }) => fields == null || format === 'ndjson', {
    path: ['fields'],
    message: 'is of NDJSON only',
  });
export type ImportOptions = z.input<typeof ImportOptions>;
export type ReadImportOptions = z.output<typeof ImportOptions>;
