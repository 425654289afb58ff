/** Where a page of a list is: cursors of its neighbours, and how many items are before it. */
export interface Place {
  after?: string;
  before?: string;
  /** How many items are before the page; told only to the reader. */
  from?: number;
}

/** What the address says of a list. */
export interface ListSearch extends Place {
  filter?: string;
  /** The id of a column; `-name`: descending. */
  sort?: string;
}

export const listSearchOf = ({ filter, sort, after, before, from }: Record<string, unknown>): ListSearch => ({
  // An address has a number where a text looks like one.
  ...(filter !== undefined && filter !== '' && { filter: String(filter) }),
  ...(typeof sort === 'string' && { sort }),
  ...(typeof after === 'string' && { after }),
  ...(typeof before === 'string' && { before }),
  ...(typeof from === 'number' && from > 0 && { from: Math.floor(from) }),
});

/** The same for a page with tabs, of which the one that is open has the list. */
export const tabSearchOf =
  <Tab extends string>(tabs: readonly Tab[]) =>
  (search: Record<string, unknown>): ListSearch & { tab?: Tab } => {
    const tab = tabs.find((it) => it === search['tab']);
    return { ...(tab && { tab }), ...listSearchOf(search) };
  };

/** The arguments of a connection for a place. */
export const pageArguments = ({ after, before }: Place, size: number) =>
  before === undefined ? { first: size, after } : { last: size, before };
