import { test } from 'vitest';
import { PARSERS, tryParser } from './fuzz/parsers.ts';
import { hold } from './fuzz/support.ts';

// A short part of `npm run fuzz`, with the same values every time.
test.each(PARSERS)('$name are read or refused, whatever they are', async (parser) => {
  await hold(parser.values, (value) => tryParser(parser, value), 0);
});
