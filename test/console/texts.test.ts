import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = new URL('../../src/console/texts/', import.meta.url);

/** What suits many, after one thing. */
const WRONG =
  /\b1 (?:[a-z]+ )?[a-z]+ (?:are|get|have|become|stay|match|do|wait|with their)\b|\b1 [a-z]*[^s\W]s\b/;

/** What a text that counts says of one thing; undefined for others, which take a name. */
function ofOne(text: (value: number) => unknown): string | undefined {
  try {
    const [one, two] = [text(1), text(2)];
    return typeof one === 'string' && one.replaceAll('1', '2') !== two ? one : undefined;
  } catch {
    return undefined;
  }
}

/** All texts that count, with the path to each. */
function* countingTexts(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === 'function' && value.length === 1) {
    const text = ofOne(value as (value: number) => unknown);
    if (text !== undefined) yield [path, text];
  } else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) yield* countingTexts(part, `${path}.${key}`);
}

const TEXTS: [string, string][] = [];
for (const file of readdirSync(FOLDER))
  TEXTS.push(...countingTexts(await import(new URL(file, FOLDER).href), file));

describe('the texts of the console', () => {
  it('are right for one thing', () => {
    expect(TEXTS.length).toBeGreaterThan(50);
    expect(TEXTS.filter(([, text]) => WRONG.test(text))).toEqual([]);
    for (const text of ['1 target get it', '1 chosen target do not', '1 device are turned away', '1 targets'])
      expect(text).toMatch(WRONG);
  });
});
