import { z } from 'zod';
import { IMPORT_FORMATS, IMPORT_MODES } from '../../database/tables/imports.ts';
import { plainText } from '../text.ts';

/** How a file is taken in. */
export const ImportOptions = z
  .object({
    mode: z.enum(IMPORT_MODES, 'must be create or upsert').nullish(),
    format: z.enum(IMPORT_FORMATS, 'must be csv or ndjson'),
    dryRun: z.boolean().nullish(),
    key: plainText(1, 128).nullish(),
    resume: z.number().nullish(),
    bytesTotal: z.number().int().nonnegative().nullish(),
  })
  .refine(({ key, resume }) => key == null || resume == null, {
    path: ['resume'],
    message: 'cannot be used together with key',
  });
export type ImportOptions = z.input<typeof ImportOptions>;
export type ReadImportOptions = z.output<typeof ImportOptions>;
