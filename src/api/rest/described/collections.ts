import { TARGET_SORT_NAMES } from '../../../services/fleet/targets/order.ts';
import { NOT_FOUND_POLICIES } from '../../../services/fleet/targets/selection.ts';
import { gives, type Operation, query } from '../../openapi/operation.ts';
import {
  component,
  flag,
  id,
  list,
  nullable,
  object,
  oneOfTexts,
  oneOrMany,
  type Schema,
  text,
} from '../../openapi/schema.ts';
import { AUTHORSHIP, DELETED, LINKS, pageOf, paging } from '../../openapi/shared.ts';
import { TARGET_PAGE } from './targets.ts';

/** What the document says of a collection, whose five operations are much alike. */
export interface DescribedCollection {
  /** What one and many are called. */
  one: string;
  many: string;
  item: Schema;
  page: Schema;
  /** What a new one is made of, and what of one may change. */
  create: Schema;
  update: Schema;
  /** Whether one is made at a time, and not a list. */
  single?: true;
  /** Whether the list can show what was deleted. */
  showsDeleted?: true;
}

/** The operations of a collection and of an item in it. */
export function describeCollection(of: DescribedCollection, sortNames: Readonly<Record<string, unknown>>) {
  const { one, many, item, page, create, update, single, showsDeleted } = of;
  const all = {
    get: {
      summary: `List ${many}`,
      parameters: [...paging(sortNames), ...(showsDeleted ? [DELETED] : [])],
      answers: { 200: gives(page, `A page of ${many}.`) },
    },
    post: {
      summary: `Create ${single ? one : many}`,
      ...(!single && { description: 'All of the list or none.' }),
      body: { schema: single ? create : oneOrMany(create) },
      answers: { 201: gives(single ? item : list(item), 'What was made.') },
    },
  } satisfies Record<string, Operation>;
  const each = {
    get: { summary: `Read ${one}`, answers: { 200: gives(item, 'What was asked for.') } },
    put: {
      summary: `Change ${one}`,
      description: 'What is not given stays as it is.',
      body: { schema: update },
      answers: { 200: gives(item, 'As it is now.') },
    },
    delete: { summary: `Delete ${one}`, answers: { 204: 'It is gone.' } },
  } satisfies Record<string, Operation>;
  return { all, each };
}

const NAMED = { name: text(), description: text() };
const COLORED = { ...NAMED, colour: text('A color, such as `#ff0000`.') };

const TAG_GIVEN = object({ name: text() }, COLORED);
export const TAG = component(
  'Tag',
  object({ ...AUTHORSHIP, id: id(), name: text(), _links: LINKS }, { description: text(), colour: text() }),
);
const TAG_PAGE = pageOf('Tag', TAG);
const tags = { item: TAG, page: TAG_PAGE, create: TAG_GIVEN, update: object({}, COLORED) };
export const TARGET_TAG: DescribedCollection = { ...tags, one: 'a target tag', many: 'target tags' };
export const SET_TAG: DescribedCollection = {
  ...tags,
  one: 'a distribution set tag',
  many: 'distribution set tags',
};

export const TAGS_OF_TARGET = {
  get: { summary: 'List the tags of a target', answers: { 200: gives(list(TAG), 'The tags.') } },
} satisfies Record<string, Operation>;

const IF_MISSING = query(
  'onNotFoundPolicy',
  'What becomes of the others where some are not there.',
  oneOfTexts(NOT_FOUND_POLICIES),
);
const CONTROLLER_IDS = list(text(), 'The controllerIds of targets.');
export const TAGGED_TARGETS = {
  get: {
    summary: 'List the targets that have a tag',
    parameters: paging(TARGET_SORT_NAMES),
    answers: { 200: gives(TARGET_PAGE, 'A page of targets.') },
  },
  post: {
    summary: 'Give targets a tag',
    parameters: [IF_MISSING],
    body: { schema: CONTROLLER_IDS },
    answers: { 204: 'They have it.' },
  },
  delete: {
    summary: 'Take a tag from targets',
    parameters: [IF_MISSING],
    body: { schema: CONTROLLER_IDS },
    answers: { 204: 'They do not have it.' },
  },
} satisfies Record<string, Operation>;
export const TAGGED_TARGET = {
  post: { summary: 'Give a target a tag', permission: 'UPDATE_TARGET', answers: { 204: 'It has it.' } },
  delete: {
    summary: 'Take a tag from a target',
    permission: 'UPDATE_TARGET',
    answers: { 204: 'It does not have it.' },
  },
} satisfies Record<string, Operation>;

export const REFERENCE = object({ id: id() });
const REFERENCES = list(REFERENCE);
const TARGET_TYPE_ITEM = component(
  'TargetType',
  object(
    { ...AUTHORSHIP, id: id(), key: text(), name: text(), deleted: flag('Always false.'), _links: LINKS },
    { description: text(), colour: text() },
  ),
);
export const TARGET_TYPE: DescribedCollection = {
  one: 'a target type',
  many: 'target types',
  item: TARGET_TYPE_ITEM,
  page: pageOf('TargetType', TARGET_TYPE_ITEM),
  create: object({}, { ...COLORED, key: text(), compatibledistributionsettypes: REFERENCES }),
  update: object({}, { ...COLORED, key: text('Ignored: it stays.') }),
};

const FILTER_ITEM = component(
  'TargetFilter',
  object({
    ...AUTHORSHIP,
    id: id(),
    name: text(),
    query: text('The filter.'),
    autoAssignDistributionSet: nullable(id('The set that targets get which match.')),
    autoAssignActionType: nullable(text('How the update urges.')),
    autoAssignWeight: nullable(id()),
    confirmationRequired: nullable(flag('Whether the update is asked for first.')),
    _links: LINKS,
  }),
);
export const FILTER_PAGE = pageOf('TargetFilter', FILTER_ITEM);
export const TARGET_FILTER: DescribedCollection = {
  one: 'a target filter',
  many: 'target filters',
  item: FILTER_ITEM,
  page: FILTER_PAGE,
  create: object({ name: text(), query: text('The filter.') }),
  update: object({}, { name: text(), query: text('The filter.') }),
  single: true,
};
