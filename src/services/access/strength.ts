import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** From 0 to 4; 2 takes a hundred million guesses. */
const STRONG_ENOUGH = 2;
/** What comes after these only makes it stronger, and takes long to look at. */
const LOOKED_AT = 32;

let guesses: ZxcvbnFactory | undefined;

/** Whether a password is none of the common ones, nor made of them, of repetitions or of rows of keys. */
export function isHardToGuess(password: string): boolean {
  // Made at the first use: most processes never need it.
  guesses ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  return guesses.check(password.slice(0, LOOKED_AT)).score >= STRONG_ENOUGH;
}
