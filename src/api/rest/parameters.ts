import type { Request } from 'express';
import { malformed } from '../../errors.ts';
import { DELETED_MODES } from '../../services/shared/matching.ts';
import { idOf } from '../json.ts';
import { parameterValues } from './paging.ts';

/** Answered 400 in the words of the web layer: it breaks no rule of the domain. */
class MissingParameter extends Error {
  readonly status = 400;
}

/** A query parameter that must be given; it may be empty. */
export function requiredParameter(request: Request, name: string): string {
  const [value] = parameterValues(request, name);
  if (value === undefined) throw new MissingParameter(`The query parameter '${name}' is needed.`);
  return value;
}

const TRUE = ['true', 'on', 'yes', '1'];
const FALSE = ['false', 'off', 'no', '0'];

/** False where it is missing. @throws MALFORMED_INPUT */
export function booleanParameter(request: Request, name: string): boolean {
  const value = parameterValues(request, name)[0]?.toLowerCase();
  if (!value || FALSE.includes(value)) return false;
  if (TRUE.includes(value)) return true;
  throw malformed(`${name}: must be true or false`, [name]);
}

/** One of the values, or undefined where it is missing. @throws MALFORMED_INPUT */
export function enumParameter<T extends string>(
  request: Request,
  name: string,
  values: readonly T[],
): T | undefined {
  const [text] = parameterValues(request, name);
  if (!text) return undefined;
  const value = values.find((one) => one === text);
  if (value === undefined) throw malformed(`${name}: must be one of ${values.join(', ')}`, [name]);
  return value;
}

/** Whether a list shows what was deleted softly. @throws MALFORMED_INPUT */
export const deletedModeOf = (request: Request) => enumParameter(request, 'soft_deleted_mode', DELETED_MODES);

/** Whether all links are asked for; any other word asks for an item's own, as in hawkBit. */
export const isFullWanted = (request: Request): boolean =>
  parameterValues(request, 'representation')[0]?.toLowerCase() === 'full';

/** An identifier in the path. @throws MALFORMED_INPUT where it is not a number of 64 bits */
export function pathIdOf(request: Request, parameter: string): number {
  const id = idOf(String(request.params[parameter]));
  if (id === undefined) throw malformed(`${parameter}: must be a whole number of 64 bits`, [parameter]);
  return id;
}
