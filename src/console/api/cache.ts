import { type Cache, cacheExchange, type Data } from '@urql/exchange-graphcache';

/** Types without an id of their own; all others of these live in what they are a part of. */
const KEYS: Record<string, (data: Data) => string | null> = {
  Viewer: () => 'viewer',
};

/**
 * The normalised cache: an entity that a mutation or a subscription answers changes wherever it is shown. Which lists
 * and numbers a change touches only the server knows, so after each mutation all of them are asked anew.
 */
export const cache = () =>
  cacheExchange({
    keys: new Proxy(KEYS, {
      get: (keys, type: string) => keys[type] ?? (({ id }: Data) => (id as string | undefined) ?? null),
      has: () => true,
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
    updates: { Mutation: new Proxy({}, { get: () => forgetLists }) },
  });

function forgetLists(_result: Data, _variables: unknown, store: Cache): void {
  for (const { fieldName, fieldKey } of store.inspectFields('Query'))
    if (fieldName !== 'viewer') store.invalidate('Query', fieldKey);
}
