import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonNow } from '../../src/api/json-reader.ts';

const BOUNDS = { values: 100_000 };
const read = (text: string, bounds = BOUNDS) => parseJson(Buffer.from(text), bounds);

describe('what is long', () => {
  it('is read as what is short, wherever it is cut', async () => {
    const row = { a: 'ä🚀\\"\n'.repeat(7), b: [1, -2.5, 1e21, true, null, {}] };
    const rows = Array.from({ length: 5_000 }, (_, n) => ({ ...row, n }));
    for (const indent of [0, 2]) {
      const text = JSON.stringify(rows, undefined, indent);
      expect(await read(text)).toEqual(parseJsonNow(Buffer.from(text), BOUNDS));
      expect(JSON.stringify(await parseJson(Buffer.from(text), { ...BOUNDS, plainNumbers: true }))).toBe(
        JSON.stringify(rows),
      );
    }
  });

  it('lets others have their turn', async () => {
    // So much takes several turns, however quick the machine is.
    const bytes = Buffer.from(`[${' '.repeat(16 << 20)}${'"x",'.repeat(400_000)}"y"]`);
    const reading = parseJson(bytes, { values: 500_000 });
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await reading;
    clearInterval(counting);
    expect(turns).toBeGreaterThan(0);
  });

  it('is not kept in memory by a word of it', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc');
    gc();
    const before = process.memoryUsage().heapUsed;
    const words: unknown[] = [];
    for (let n = 0; n < 50; n++) {
      const [word] = (await read(
        `["word number ${n} of a long text", "${'x'.repeat(1_000_000)}"]`,
      )) as string[];
      words.push(word);
    }
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(words[49]).toBe('word number 49 of a long text');
  });
});

describe('bounds', () => {
  const refused = (text: string, message: RegExp, bounds = BOUNDS) =>
    expect(read(text, bounds)).rejects.toMatchObject({
      code: 'MALFORMED_INPUT',
      message: expect.stringMatching(message),
    });

  it('are those of values, of all kinds together', async () => {
    const nine = { values: 9 };
    expect(await read('[1,"x",null,{},[],{"a":1,"b":2}]', nine)).toBeDefined();
    await refused('[1,"x",null,{},[],{"a":1,"b":2},3]', /more than 9 values/, nine);
    await refused(`[${'{},'.repeat(200_000)}1]`, /more than 100000 values/);
  });

  it('are those of nesting', async () => {
    expect(await read('['.repeat(64) + ']'.repeat(64))).toBeDefined();
    await refused('['.repeat(65) + ']'.repeat(65), /more than 64 deep/);
    await refused('{"a":'.repeat(65), /more than 64 deep/);
  });

  it('are those of a text and of a number', async () => {
    const most = 1 << 20;
    expect(await read(`"${'x'.repeat(most)}"`)).toHaveLength(most);
    for (const long of [`"${'x'.repeat(most + 1)}"`, `"\\n${'x'.repeat(most)}"`, '1'.repeat(most + 1)])
      await refused(long, /more than 1048576 characters/);
  });
});
