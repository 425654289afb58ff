import { type Place, placeOf } from '../../parts/place.ts';

/** What the address of the table of targets says. */
export interface TargetsSearch extends Place {
  filter?: string;
  /** The id of a column; `-name`: descending. */
  sort?: string;
}

export const targetsSearchOf = (search: Record<string, unknown>): TargetsSearch => ({
  ...(search['filter'] !== undefined && search['filter'] !== '' && { filter: String(search['filter']) }),
  ...(typeof search['sort'] === 'string' && { sort: search['sort'] }),
  ...placeOf(search),
});
