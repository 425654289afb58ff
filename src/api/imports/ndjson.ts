import { DomainError, invalid, malformed } from '../../errors.ts';
import type { Entry, Fault, ImportField, ImportRow } from '../../services/fleet/imports/source.ts';
import { asObject, asTexts, booleanOf, type JsonObject, textOf } from '../json.ts';
import { parseJsonNow } from '../json-reader.ts';
import { columnOf, type Draft, isReason, MAP_FIELDS, TEXT_FIELDS } from './columns.ts';
import { ROWS_AT_ONCE, type RowParser } from './read-rows.ts';

const LINE_BREAK = 10;
/** Of a row: a target has no more than a few hundred attributes, metadata and tags. */
const MOST_VALUES = 2_000;
const OTHER_FIELDS = ['requestAttributes', 'tags', 'attributes', 'metadata'];
const FIELDS = new Set<string>([...TEXT_FIELDS, ...OTHER_FIELDS]);

/** Reads a JSON object a line. `fields` tells what some of the fields are, whatever their names. */
export function ndjsonParser({ fields }: { fields?: readonly ImportField[] | null } = {}): RowParser {
  const named = fields ? namedBy(fields) : (row: JsonObject) => row;
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
        if (!isBlank(text)) found.push(readLine(text, line, named));
        at = Math.min(end + 1, bytes.length);
        line++;
      }
      return { found, bytes: at, lines: line - firstLine };
    },
  };
}

const isBlank = (line: Buffer) => line.length < 100 && line.toString('latin1').trim() === '';

function readLine(bytes: Buffer, line: number, named: Named): ImportRow {
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
    const row = named(asObject(parseJsonNow(bytes, { values: MOST_VALUES })), faults);
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

/** Gives a row with its fields under the names that they are read by. */
type Named = (row: JsonObject, faults: Fault[]) => JsonObject;

/** @throws INVALID_INPUT for what is no field of a target */
function namedBy(fields: readonly ImportField[]): Named {
  const names = new Map(fields.map(({ name, field }) => [name, field && properName(field)]));
  return (row, faults) => {
    const found: Record<string, unknown> = {};
    const put = (target: Record<string, unknown>, key: string, name: string, value: unknown) => {
      if (Object.hasOwn(target, key))
        faults.push({ field: name.slice(0, 128), code: 'MALFORMED_INPUT', message: 'is there twice' });
      // Also for a key like __proto__.
      else
        Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
    };
    const entries: [string, unknown][] = [];
    for (const [own, value] of Object.entries(row)) {
      const name = names.has(own) ? names.get(own) : own;
      if (name == null) continue;
      if (names.has(own) && entryOf(name)) entries.push([name, value]);
      else put(found, name, name, value);
    }
    for (const [name, value] of entries) {
      const [map, key] = entryOf(name)!;
      if (found[map] == null) found[map] = {};
      // What isn't an object is refused as that.
      const given = found[map] as Record<string, unknown>;
      if (typeof given === 'object') put(given, key, name, value);
    }
    return found;
  };
}

/** `attributes` and `hw` for `attribute.hw`. */
function entryOf(name: string): [map: string, key: string] | undefined {
  const dot = name.indexOf('.') + 1;
  const prefix = name.slice(0, dot);
  return Object.hasOwn(MAP_FIELDS, prefix)
    ? [MAP_FIELDS[prefix as keyof typeof MAP_FIELDS], name.slice(dot)]
    : undefined;
}

function properName(field: string): string {
  const name = FIELDS.has(field) ? field : columnOf(field)?.name;
  if (name === undefined) throw invalid(`fields: there is no '${field}' of a target`, ['fields']);
  return name;
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
