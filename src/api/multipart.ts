import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { malformed } from '../errors.ts';
import { essenceOf } from './media-types.ts';

/** A form with a file. Fields before the file are known when the file starts, fields after it at the end. */
export interface FileForm {
  /** The first part called `file`, with the client's name of the file; undefined if there is none. */
  file: Promise<{ content: Readable; filename: string } | undefined>;
  /** The other fields, after the whole form was read. @throws MALFORMED_INPUT */
  fields: () => Promise<ReadonlyMap<string, string>>;
  /** The names of the parts that were read until now, except the file. */
  others: () => readonly string[];
}

const LIMITS = { fields: 20, fieldSize: 4096, parts: 30 };

export const isForm = (request: Request): boolean =>
  essenceOf(request.headers['content-type']) === 'multipart/form-data';

/** Reads a form while it arrives, no faster than its file is read. @throws MALFORMED_INPUT */
export function readFileForm(request: Request): FileForm {
  const parser = openParser(request);
  const fields = new Map<string, string>();
  const others = new Set<string>();
  const done = new Promise<void>((resolve, reject) => {
    parser.once('close', resolve);
    // Not once: what is cut off and malformed too is told twice, and an error that nobody hears ends the process.
    parser.on('error', () => reject(malformed('The form is not well formed')));
    request.once('close', () => {
      if (!request.complete) parser.destroy(new Error('the form broke off'));
    });
  });
  // The caller of `fields` gets the error; perhaps nobody calls it.
  done.catch(() => {});
  const file = new Promise<Awaited<FileForm['file']>>((resolve, reject) => {
    let isTaken = false;
    parser.on('file', (name, content, { filename }) => {
      // Whoever reads it hears the error, too; perhaps nobody does.
      content.on('error', () => {});
      if (name === 'file' && !isTaken) {
        isTaken = true;
        return resolve({ content, filename: filename ?? '' });
      }
      // What nobody reads would hold up the rest of the form.
      others.add(name);
      content.resume();
    });
    done.then(() => resolve(undefined), reject);
  });
  parser.on('field', (name, value) => {
    others.add(name);
    fields.set(name, value);
  });
  request.pipe(parser);
  return { file, fields: () => done.then(() => fields), others: () => [...others] };
}

function openParser({ headers }: Request) {
  try {
    return busboy({ headers, limits: LIMITS, defParamCharset: 'utf8' });
  } catch (error) {
    throw malformed(`The form cannot be read: ${(error as Error).message}`);
  }
}
