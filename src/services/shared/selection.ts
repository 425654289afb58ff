import { z } from 'zod';
import { type DomainError, invalid } from '../../errors.ts';
import { listOf } from './rows.ts';

/** How a verb for many things is told which: by their ids, by their controllerIds or by a filter. */
export const selectionFields = {
  ids: listOf(z.number()).nullish(),
  controllerIds: listOf(z.string()).nullish(),
  filter: z.string().nullish(),
};

export interface Selection {
  ids?: readonly number[] | null | undefined;
  controllerIds?: readonly string[] | null | undefined;
  filter?: string | null | undefined;
  /** Beside the filter: the ids of those that are left to be done with. */
  among?: readonly number[] | undefined;
}

/** @throws INVALID_INPUT unless exactly one of the ways is used */
export function requireOneWay({ ids, controllerIds, filter }: Selection): void {
  if ([ids, controllerIds, filter].filter((given) => given != null).length !== 1)
    throw invalid('controllerIds: give either these, or ids, or a filter', ['controllerIds']);
}

/** An error for each of the named ones that was not found. */
export function missingOf(
  { ids, controllerIds }: Selection,
  found: readonly { id: number; controllerId: string }[],
  notFound: (id: string, path: string[]) => DomainError,
): DomainError[] {
  const wanted = ids ?? controllerIds ?? [];
  if (!wanted.length) return [];
  const field = ids ? 'ids' : 'controllerIds';
  const known = new Set<unknown>(found.map((one) => (ids ? one.id : one.controllerId)));
  return [...wanted].flatMap((one, index) =>
    known.has(one) ? [] : notFound(String(one), [field, String(index)]),
  );
}
