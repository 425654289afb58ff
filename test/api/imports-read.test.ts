import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvParser } from '../../src/api/imports/csv.ts';
import { ndjsonParser } from '../../src/api/imports/ndjson.ts';
import { LONGEST_ROW, readRows } from '../../src/api/imports/read-rows.ts';
import { BEGINNING, type ImportRow, type Position } from '../../src/services/fleet/imports/source.ts';

const PARSERS = { csv: csvParser, ndjson: ndjsonParser };
type Format = keyof typeof PARSERS;

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(format: Format, text: string | Buffer, size = 1 << 16, from: Position = BEGINNING) {
  const rows: ImportRow[] = [];
  const ends: Position[] = [];
  for await (const batch of readRows(cut(Buffer.from(text), size), PARSERS[format](), from)) {
    for (const row of batch.rows) rows.push(row);
    ends.push(batch.end);
  }
  return { rows, ends };
}

const text = fc.string({
  unit: fc.constantFrom('a', ' ', '"', ',', '\n', '\r\n', 'ä', '🚀', ';', '=', '\\', ''),
});
const quoted = (cell: string | null) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`);

describe('rows are the same, wherever the blocks are cut', () => {
  it('of CSV', async () => {
    const file = fc.array(fc.record({ name: fc.option(text), description: fc.option(text) }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (targets, size, ends) => {
        const lines = targets.map((one, n) => `d${n},${quoted(one.name)},${quoted(one.description)}`);
        const whole = ['controllerId,name,description', ...lines].join('\n') + (ends ? '\n' : '');
        const { rows } = await read('csv', whole, size);
        expect(rows.map(({ target }) => target)).toEqual(
          targets.map(({ name, description }, n) => ({
            controllerId: `d${n}`,
            ...(name !== null && { name }),
            ...(description !== null && { description }),
          })),
        );
        const before = lines.map((_, n) => whole.split(`d${n},`)[0]!.split('\n').length);
        expect(rows.map(({ line }) => line)).toEqual(before);
      }),
    );
  });

  it('of NDJSON', async () => {
    const file = fc.array(fc.record({ name: text }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), async (targets, size) => {
        const { rows } = await read('ndjson', targets.map((one) => JSON.stringify(one)).join('\n'), size);
        expect(rows.map(({ target, line }) => ({ name: target?.name, line }))).toEqual(
          targets.map(({ name }, index) => ({ name, line: index + 1 })),
        );
      }),
    );
  });
});

/** With another last letter of the first row. */
function changed(file: Buffer): Buffer {
  const other = Buffer.from(file);
  const at = file.indexOf('"x') + 1;
  other[at] = other[at]! ^ 1;
  return other;
}

describe('reading goes on', () => {
  const FILES: Record<Format, string> = {
    csv: `\ufeffcontrollerId,name\r\na,"x\ny"\r\n\r\nb,"ä""ö"\nbad"row\n${'c,1\n'.repeat(30)}`,
    ndjson: '{"controllerId":"a"}\n\n{"controllerId":"ä"}\nbad\n'.repeat(10),
  };
  const MORE = `sep=;\r\n${FILES.csv.slice(1).replaceAll(',', ';')}`;
  const UTF16 = Buffer.from(`\ufeff${MORE}`, 'utf16le');
  it.each<[string, Format, string | Buffer]>([
    ['CSV', 'csv', FILES.csv],
    ['CSV with semicolons', 'csv', MORE],
    ['CSV in UTF-16', 'csv', UTF16],
    ['CSV in UTF-16 of the other order', 'csv', Buffer.from(UTF16).swap16()],
    ['NDJSON', 'ndjson', FILES.ndjson],
  ])('after any place of %s where it can have ended', async (_, format, text) => {
    const file = Buffer.from(text);
    const { rows, ends } = await read(format, file, 7);
    expect(ends.at(-1)?.bytes).toBe(file.length);
    expect(rows).toHaveLength(format === 'csv' ? 33 : 30);
    for (const [index, end] of ends.entries()) {
      const rest = await read(format, file, 5, end);
      const done = rows.filter(({ line }) => line <= end.lines);
      expect([...done, ...rest.rows], `after ${end.bytes} bytes`).toEqual(rows);
      expect(rest.ends.at(-1)).toEqual(ends.at(-1));
      if (index && end.bytes) await expect(read(format, changed(file), 5, end)).rejects.toThrow();
    }
    await expect(read(format, file.subarray(0, -20), 5, ends.at(-1))).rejects.toThrow(/not the file/);
  });
});

it('does not gather a row without an end', async () => {
  const endless = Buffer.alloc(LONGEST_ROW + (1 << 17), 'a');
  await expect(read('ndjson', endless)).rejects.toThrow(`a row has ${LONGEST_ROW} bytes at the most`);
  await expect(read('csv', `controllerId\nx\n${endless}`)).rejects.toThrow('line 3: a row has');
});

it('loses one line to a quote that is never closed, not all that follow', async () => {
  const fill = `${'row\n'.repeat(1000)}`;
  const { rows } = await read(
    'csv',
    `controllerId\n"open\n${fill.repeat(2 * Math.ceil(LONGEST_ROW / fill.length))}`,
  );
  expect(rows[0]).toMatchObject({ line: 2, faults: [{ message: 'a quote is opened and never closed' }] });
  expect(rows.slice(1).every(({ target }) => target?.controllerId === 'row')).toBe(true);
});
