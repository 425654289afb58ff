import { createHash } from 'node:crypto';

/** A number from 0 to below 1 that is always the same for the same words, and evenly spread over different ones. */
export const chanceOf = (...words: readonly string[]): number =>
  createHash('sha256').update(words.join('\0')).digest().readUInt32BE() / 2 ** 32;

/** One of the choices, always the same for the same words. */
export const choiceOf = <T>(choices: readonly T[], ...words: readonly string[]): T =>
  choices[Math.floor(chanceOf(...words) * choices.length)]!;
