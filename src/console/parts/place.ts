/** Where a page of a list is: cursors of its neighbours, and how many items are before it. */
export interface Place {
  after?: string;
  before?: string;
  /** How many items are before the page; told only to the reader. */
  from?: number;
}

export const placeOf = ({ after, before, from }: Record<string, unknown>): Place => ({
  ...(typeof after === 'string' && { after }),
  ...(typeof before === 'string' && { before }),
  ...(typeof from === 'number' && from > 0 && { from: Math.floor(from) }),
});

/** The arguments of a connection for a place. */
export const pageArguments = ({ after, before }: Place, size: number) =>
  before === undefined ? { first: size, after } : { last: size, before };
