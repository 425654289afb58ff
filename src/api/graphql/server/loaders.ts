import DataLoader from 'dataloader';
import type { Context } from '../../../services/shared/context.ts';
import type { Listing } from '../../../services/shared/page.ts';

/** Loads one thing. What all items of a page need is loaded with one statement. */
type Load<K, V> = (context: Context, key: K) => Promise<V>;

/** Loaders batch, but don't cache: a mutation may come after a mutation of the same target. */
const REMEMBER_NOTHING = { cache: false } as const;

/** Loads with `find`, which returns something for every key, in the order of the keys. */
export function loaderOf<K, V>(
  find: (context: Context, keys: readonly K[]) => Promise<readonly (V | Error)[]>,
): Load<K, V> {
  const opened = new WeakMap<Context, DataLoader<K, V>>();
  return (context, key) => {
    let loader = opened.get(context);
    if (!loader) {
      loader = new DataLoader((keys) => find(context, keys), REMEMBER_NOTHING);
      opened.set(context, loader);
    }
    return loader.load(key);
  };
}

/** Loads something that may be missing: then it is null. */
export const loaderOfFound = <K, V>(
  find: (context: Context, keys: readonly K[]) => Promise<readonly (V | undefined)[]>,
): Load<K, V | null> =>
  loaderOf(async (context, keys) => (await find(context, keys)).map((found) => found ?? null));

/** Loads the list of things that belong to one thing. */
export const loaderOfLists = <K, V>(
  find: (context: Context, keys: readonly K[]) => Promise<ReadonlyMap<K, V[]>>,
): Load<K, V[]> =>
  loaderOf(async (context, keys) => {
    const found = await find(context, keys);
    return keys.map((key) => found.get(key) ?? []);
  });

/** Which page of the list that belongs to one thing. */
interface Page<R> {
  id: number;
  request: R;
}

/** Loads pages of lists that belong to things, with one statement for the same page of all of them. */
export const loaderOfPages = <R extends object, T>(
  listEach: (context: Context, ids: readonly number[], request: R) => Promise<Map<number, Listing<T>>>,
): Load<Page<R>, Listing<T>> =>
  loaderOf(async (context, pages) => {
    const alike = new Map<string, { request: R; ids: Set<number> }>();
    const keys = pages.map(({ id, request }) => {
      const key = JSON.stringify(request);
      const known = alike.get(key) ?? { request, ids: new Set() };
      alike.set(key, known);
      known.ids.add(id);
      return key;
    });
    const found = new Map(
      [...alike].map(([key, { request, ids }]) => [key, listEach(context, [...ids], request)] as const),
    );
    return Promise.all(
      pages.map(({ id }, at) => found.get(keys[at]!)!.then((listings) => listings.get(id)!, asError)),
    );
  });

const asError = (error: unknown) => error as Error;
