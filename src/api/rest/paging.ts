import type { Request } from 'express';
import { malformed } from '../../errors.ts';
import { parseSort } from '../../filters/sort.ts';
import type { Listing, PageRequest } from '../../services/shared/page.ts';
import { isIn32Bits } from '../json.ts';

const DEFAULT_LIMIT = 50;
const MOST = 500;

/** The values of a query parameter, in the order they came. */
export function parameterValues(request: Request, name: string): string[] {
  const value = request.query[name];
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
}

function integerParameter(request: Request, name: string): number | undefined {
  const text = parameterValues(request, name)[0];
  if (!text) return undefined;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!isIn32Bits(value)) throw malformed(`${name}: must be a whole number of 32 bits`, [name]);
  return value;
}

/** The filter in `q`, null where there is none. Two filters match what either matches. */
export function queryOf(request: Request): string | null {
  const queries = parameterValues(request, 'q');
  return queries.length ? queries.join(',') : null;
}

/**
 * Reads `offset` and `limit` as hawkBit does: out of range is no error, a limit below 1 is 50, one above 500 is 500.
 */
export function pageWindowOf(request: Request) {
  const limit = integerParameter(request, 'limit') ?? DEFAULT_LIMIT;
  return {
    first: limit < 1 ? DEFAULT_LIMIT : Math.min(limit, MOST),
    offset: Math.max(integerParameter(request, 'offset') ?? 0, 0),
  };
}

/** Reads which part of a list is asked for: `q`, `sort`, `offset` and `limit`. */
export function pageRequest<F extends string>(
  request: Request,
  sortable: Readonly<Record<string, F>>,
): PageRequest<F> {
  return {
    ...pageWindowOf(request),
    filter: queryOf(request),
    orderBy: parseSort(parameterValues(request, 'sort').join(','), sortable),
  };
}

/** The page as hawkBit sends it: `total` is of all that match. */
export const pagedList = <T>(listing: Listing<T>, render: (item: T) => object): Promise<object> =>
  pagedListBy(listing, async () => render);

/** The same where something must be read of all items of the page before one can be rendered. */
export async function pagedListBy<T>(
  listing: Listing<T>,
  rendererOf: (items: readonly T[]) => Promise<(item: T) => object>,
): Promise<object> {
  const rendered = async () => {
    const { items } = await listing.page();
    return items.map(await rendererOf(items));
  };
  const [content, total] = await Promise.all([rendered(), listing.total()]);
  return { content, total, size: content.length };
}
