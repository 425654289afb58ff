import { DELETED_MODES } from '../../services/shared/matching.ts';
import { type Parameter, query } from './operation.ts';
import {
  component,
  integer,
  list,
  map,
  object,
  oneOfTexts,
  type Schema,
  type Schemas,
  text,
  time,
} from './schema.ts';

/* What many operations have in common. */

export const LINK = component(
  'Link',
  object({ href: text('An absolute address.') }, { name: text('What it leads to.') }),
);

/** The links of a thing, by their names. */
export const LINKS = component('Links', map(LINK, 'Links, each under its name.'));

/** Who made a thing and changed it last. */
export const AUTHORSHIP: Schemas = {
  createdBy: text('Who made it.'),
  createdAt: time(),
  lastModifiedBy: text('Who changed it last.'),
  lastModifiedAt: time(),
};

/** A page of things, as a schema of its own name. */
export const pageOf = (name: string, items: Schema): Schema =>
  component(
    `${name}Page`,
    object({
      content: list(items),
      total: integer('How many match, on all pages.'),
      size: integer('How many are on this page.'),
    }),
  );

export const OFFSET = query(
  'offset',
  'How many to pass over.',
  integer(undefined, { format: 'int32', default: 0 }),
);
export const LIMIT = query(
  'limit',
  'How many to answer, at most 500. Below 1 it is 50.',
  integer(undefined, { format: 'int32', default: 50 }),
);
const Q = query(
  'q',
  'Only what matches this filter, such as `name==boiler*`. Several are joined by "or". The language is RSQL/FIQL.',
  list(text()),
);
const sortBy = (names: Readonly<Record<string, unknown>>) =>
  query(
    'sort',
    `The order: \`field:ASC\` or \`field:DESC\`, several separated by commas. Fields are ${Object.keys(names).join(', ')}.`,
    list(text()),
  );

/** The parameters of a list, with what it can be sorted by. */
export const paging = (sortNames: Readonly<Record<string, unknown>>): readonly Parameter[] => [
  Q,
  sortBy(sortNames),
  OFFSET,
  LIMIT,
];
/** The same of a list that has no filter. */
export const pagingUnfiltered = (sortNames: Readonly<Record<string, unknown>>): readonly Parameter[] =>
  paging(sortNames).filter((one) => one !== Q);

export const FILTER = Q;
export const REPRESENTATION = query(
  'representation',
  'How much of each is shown.',
  oneOfTexts(['compact', 'full']),
);
export const DELETED = query(
  'soft_deleted_mode',
  'Whether what was deleted and is kept for its history is listed.',
  oneOfTexts(DELETED_MODES),
);
