import { createRequire } from 'node:module';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

const load = createRequire(import.meta.url);

/** From 0 to 4; 2 takes a hundred million guesses. */
const STRONG_ENOUGH = 2;
/** What comes after these only makes it stronger, and takes long to look at. */
const LOOKED_AT = 32;

let guesses: ZxcvbnFactory | undefined;

/** Whether a password is none of the common ones, nor made of them, of repetitions or of rows of keys. */
export function isHardToGuess(password: string): boolean {
  guesses ??= openGuesses();
  return guesses.check(password.slice(0, LOOKED_AT)).score >= STRONG_ENOUGH;
}

/** Read at the first use: most processes never need it, and the words alone take 15 MiB. */
function openGuesses(): ZxcvbnFactory {
  const { ZxcvbnFactory }: typeof import('@zxcvbn-ts/core') = load('@zxcvbn-ts/core');
  const words: typeof import('@zxcvbn-ts/language-common') = load('@zxcvbn-ts/language-common');
  return new ZxcvbnFactory({ dictionary: words.dictionary, graphs: words.adjacencyGraphs });
}
