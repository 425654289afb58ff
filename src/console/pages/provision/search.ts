import { type ListSearch, listSearchOf } from '../../parts/place.ts';

export interface ImportSearch extends ListSearch {
  /** The import that was sent; the list is of its refused rows. */
  import?: string;
}

export const importSearchOf = (search: Record<string, unknown>): ImportSearch => ({
  ...listSearchOf(search),
  ...(typeof search['import'] === 'string' && { import: search['import'] }),
});
