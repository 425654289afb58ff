import { malformed } from '../errors.ts';

/* The errors of a body while it is read, in JSON or CBOR. */

/** How deep objects and lists of a body may be nested. */
export const DEEPEST = 64;

export const notWellFormed = () => malformed('The given request body is not well formed');
export const bodyTooDeep = () => malformed(`The given request body is nested more than ${DEEPEST} deep`);
export const tooManyValues = (most: number) =>
  malformed(`The given request body has more than ${most} values`);
