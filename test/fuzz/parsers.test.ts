import { expect, test } from 'vitest';
import { usedHeap } from './memory.ts';
import { PARSERS, tryParser } from './parsers.ts';
import { hold } from './support.ts';

/** Of the time there is. */
const SHARE = 0.35;
const MOST_GROWTH = 64 << 20;

test.each(PARSERS)(
  '$name are read or refused, whatever they are',
  async (parser) => {
    await hold(parser.values, (value) => tryParser(parser, value), SHARE / PARSERS.length);
  },
  600_000,
);

test('no parser keeps what it has read', async () => {
  const before = usedHeap();
  for (const parser of PARSERS)
    await hold(parser.values, (value) => tryParser(parser, value), 0.05 / PARSERS.length);
  expect(usedHeap() - before).toBeLessThan(MOST_GROWTH);
}, 600_000);
