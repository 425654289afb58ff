import { malformed } from '../errors.ts';

/* How a body is refused as it is read, in whatever notation it is written. */

/** No body has lists in lists in … any deeper. */
export const DEEPEST = 64;

export const notWellFormed = () => malformed('The given request body is not well formed');
export const bodyTooDeep = () => malformed(`The given request body is nested more than ${DEEPEST} deep`);
export const tooManyValues = (most: number) =>
  malformed(`The given request body has more than ${most} values`);
