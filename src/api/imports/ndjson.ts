import { DomainError, malformed } from '../../errors.ts';
import type { Entry, Fault, ImportRow } from '../../services/fleet/imports/source.ts';
import { asObject, asTexts, booleanOf, type JsonObject, textOf } from '../json.ts';
import { parseJsonNow } from '../json-reader.ts';
import { type Draft, isReason, TEXT_FIELDS } from './columns.ts';
import { ROWS_AT_ONCE, type RowParser } from './read-rows.ts';

const LINE_BREAK = 10;
/** Of a row: a target has no more than a few hundred attributes, metadata and tags. */
const MOST_VALUES = 2_000;
const OTHER_FIELDS = ['requestAttributes', 'tags', 'attributes', 'metadata'];
const FIELDS = new Set<string>([...TEXT_FIELDS, ...OTHER_FIELDS]);

/** Reads a JSON object a line. */
export function ndjsonParser(): RowParser {
  return {
    rows(bytes, firstLine, final) {
      const found: ImportRow[] = [];
      let at = 0;
      let line = firstLine;
      while (at < bytes.length && found.length < ROWS_AT_ONCE) {
        const lineBreak = bytes.indexOf(LINE_BREAK, at);
        if (lineBreak < 0 && !final) break;
        const end = lineBreak < 0 ? bytes.length : lineBreak;
        const text = bytes.subarray(at, end);
        if (!isBlank(text)) found.push(readLine(text, line));
        at = Math.min(end + 1, bytes.length);
        line++;
      }
      return { found, bytes: at, lines: line - firstLine };
    },
  };
}

const isBlank = (line: Buffer) => line.length < 100 && line.toString('latin1').trim() === '';

function readLine(bytes: Buffer, line: number): ImportRow {
  const target: Draft = {};
  const faults: Fault[] = [];
  const collect = (field: string, read: () => void) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // The parser's sentence speaks of a request body.
      const message = field === '' ? saidOfRow(error.message) : error.message.replace(/^[^:]*: /, '');
      faults.push({ field, code: error.code, message });
    }
  };
  collect('', () => {
    const row = asObject(parseJsonNow(bytes, { values: MOST_VALUES }));
    for (const name of Object.keys(row))
      if (!FIELDS.has(name) && !isReason(name))
        faults.push({
          field: name.slice(0, 128),
          code: 'MALFORMED_INPUT',
          message: 'there is no such field',
        });
    for (const name of TEXT_FIELDS) {
      if (row[name] === undefined || row[name] === null) continue;
      collect(name, () => {
        target[name] = textOf(row, name);
      });
    }
    collect('requestAttributes', () => {
      target.requestAttributes = booleanOf(row, 'requestAttributes');
    });
    if (row['tags'] != null)
      collect('tags', () => {
        target.tags = textsOf(row['tags']);
      });
    for (const name of ['attributes', 'metadata'] as const)
      if (row[name] != null)
        collect(name, () => {
          target[name] = entriesOf(row[name], name);
        });
  });
  return { line, target, faults, text: bytes.toString().replace(/\r$/, '') };
}

/** The parser's bounds, as said of a row. */
function saidOfRow(message: string): string {
  const [, bound] = /^The given request body (has .*|is nested .*)$/.exec(message) ?? [];
  return bound ?? 'is no JSON object';
}

function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) throw malformed('tags: must be a list of texts');
  return asTexts(value);
}

/** A value that is null is none. */
function entriesOf(value: unknown, name: string): Entry[] {
  if (typeof value !== 'object' || Array.isArray(value))
    throw malformed(`${name}: must be an object with a text for each key`);
  const object = value as JsonObject;
  return Object.keys(object).flatMap((key) => {
    const text = textOf(object, key);
    return text === undefined ? [] : [[key, text] as const];
  });
}
