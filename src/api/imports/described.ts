import type { Import } from '../../services/fleet/imports/find.ts';
import { gives, type Operation, query } from '../openapi/operation.ts';
import {
  component,
  flag,
  id,
  integer,
  list,
  nullable,
  object,
  oneOfTexts,
  type Schema,
  text,
  time,
  words,
} from '../openapi/schema.ts';

export const IMPORT = component(
  'Import',
  object({
    id: id(),
    key: nullable(text('What the sender calls it: an import of the same key is the same.')),
    state: words<Import['state']>({
      waiting: true,
      running: true,
      interrupted: true,
      failed: true,
      finished: true,
    }),
    message: nullable(text('What went wrong with the whole file.')),
    mode: words<Import['mode']>({ create: true, upsert: true }),
    format: words<Import['format']>({ csv: true, ndjson: true }),
    dryRun: flag('Whether it only says what it would do.'),
    delimiter: nullable(text('Between the cells of CSV.')),
    bytes: integer('How many of the file are done.', { format: 'int64' }),
    bytesTotal: nullable(integer('How many the file has.', { format: 'int64' })),
    rows: object({ read: integer(), created: integer(), updated: integer(), refused: integer() }),
    faults: integer('How many are kept.'),
    warnings: integer('How many are kept.'),
    startedAt: time(),
    startedBy: text(),
    updatedAt: time(),
    finishedAt: nullable(time()),
  }),
);
/** What is described once, for a JSON object a line: the schema is that of a line. */
const lines = (description: string, schema: Schema) => ({
  description: `${description} One JSON object a line.`,
  content: { 'application/x-ndjson': schema },
});
const ROW = {
  line: integer('Of the file, counted from 1.'),
  controllerId: nullable(text()),
  message: text(),
};

/** A file of targets. */
export const FILES: Readonly<Record<string, Schema>> = {
  'text/csv': text(
    'A heading, and a row for each target. Columns may be named `attribute.KEY` and `metadata.KEY`.',
  ),
  'application/x-ndjson': object(
    { controllerId: text() },
    {
      name: nullable(text()),
      description: nullable(text()),
      group: nullable(text()),
      address: nullable(text()),
      targetType: nullable(text('The name of the type.')),
      securityToken: nullable(text()),
      requestAttributes: nullable(flag()),
      tags: nullable(list(text())),
      attributes: nullable({ type: 'object' }),
      metadata: nullable({ type: 'object' }),
    },
    'A target; a JSON object a line.',
  ),
};

export const TAKE: Operation = {
  summary: 'Import a file of targets',
  description:
    'Taken in while it comes, part by part: what is committed stays. Rows that break a rule are refused and reported; ' +
    'the others are taken in. After a break it goes on by `resume`.',
  permission: 'CREATE_TARGET',
  parameters: [
    query('mode', 'Whether targets that are there are refused or changed.', oneOfTexts(['create', 'upsert'])),
    query('dryRun', 'Whether it is only said what would be done.', flag()),
    query('key', 'A name for this import: the same file sent again under it goes on.', text()),
    query('resume', 'The id of the import that this goes on with.', id()),
    query('delimiter', 'Between the cells of CSV; found out where it is not given.', text()),
    query('columns', 'What each column of CSV is: a JSON list of names, null for what is left out.', text()),
    query('fields', 'What fields of NDJSON are: a JSON object with a name, or null, of each.', text()),
  ],
  body: { content: FILES },
  answers: {
    200: { ...gives(IMPORT, 'How it ended.'), headers: { Location: 'Where it can be read.' } },
  },
};
export const LATEST: Operation = {
  summary: 'List the latest imports',
  permission: 'CREATE_TARGET',
  parameters: [query('key', 'Only that of this key.', text()), query('limit', 'How many.', integer())],
  answers: { 200: gives(list(IMPORT), 'The imports, the latest first.') },
};
export const ONE: Operation = { summary: 'Read an import', answers: { 200: gives(IMPORT, 'The import.') } };
export const FAULTS: Operation = {
  summary: 'Read what was wrong with refused rows',
  answers: { 200: lines('The faults.', object({ ...ROW, field: text(), code: text() })) },
};
export const WARNINGS: Operation = {
  summary: 'Read which rows may not be meant as they are',
  answers: { 200: lines('The warnings.', object(ROW)) },
};
export const REFUSED: Operation = {
  summary: 'Read the refused rows as a file, to be corrected and sent again',
  answers: { 200: { description: 'The rows, as they were sent.', content: FILES } },
};

export const EXPORT: Operation = {
  summary: 'Export targets as a file',
  description: 'It can be imported as it is.',
  permission: 'READ_TARGET',
  parameters: [
    query('filter', 'Only targets that match it.', text()),
    query('format', 'CSV, or a JSON object a line.', oneOfTexts(['csv', 'ndjson'])),
  ],
  answers: {
    200: {
      description: 'The file.',
      content: FILES,
      headers: { 'X-Total-Count': 'How many targets it has.' },
    },
  },
};
