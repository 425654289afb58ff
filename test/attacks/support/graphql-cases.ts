/* Operations that cost much, and how they are refused. */
import { getIntrospectionQuery } from 'graphql';

export interface Operation {
  query: string;
  /** As JSON: some of it no program would write. */
  variables?: string;
  operationName?: string;
}

export type Case = [name: string, operation: Operation, code: string];
const LIMITED = 'DOCUMENT_LIMIT_EXCEEDED';
const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const UNREADABLE = 'GRAPHQL_PARSE_FAILED';
const WRONG = 'BAD_USER_INPUT';
const TOO_MUCH = 'VARIABLES_LIMIT_EXCEEDED';
const TOO_DEAR = 'COST_LIMIT_EXCEEDED';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const DELETE =
  'mutation ($ids: [ID!]!) { deleteTargets(input: { targets: { ids: $ids } }) { deletedCount } }';
const CREATE =
  'mutation ($rows: [TargetInput!]!) { createTargets(input: { targets: $rows }) { userErrors { message } } }';
const PAGE =
  'query ($first: Int, $order: [TargetOrder!]) { targets(first: $first, orderBy: $order) { totalCount } }';
const json = JSON.stringify;
const object = (fields: number, value: (index: number) => unknown) =>
  Object.fromEntries(Array.from({ length: fields }, (_, i) => [`field${i}`, value(i)]));

export const DOCUMENTS: Case[] = [
  ['more words than any needs', { query: `{ ${'viewer { username } '.repeat(45_000)} }` }, LIMITED],
  ['as many words as are read', { query: `{ ${'viewer { username } '.repeat(5_000)} }` }, UNREADABLE],
  ['very many comments', { query: `${'#\n'.repeat(300_000)}{ viewer { username } }` }, LIMITED],
  ['comments only, as long as is read', { query: `${'#\n'.repeat(130_000)}{ viewer { nothing } }` }, INVALID],
  ['a name of a million characters', { query: `{ ${'t'.repeat(1_000_000)} }` }, LIMITED],
  ['names of ten thousand characters', { query: `{ ${times(20, (i) => 't'.repeat(10_000) + i)} }` }, LIMITED],
  [
    'a text of a million characters',
    { query: `{ targets(filter: "${'x'.repeat(1_000_000)}") { totalCount } }` },
    LIMITED,
  ],
  ['many unknown fields', { query: `{ viewer { ${times(1_900, (i) => `usernam${i}`)} } }` }, INVALID],
  ['one field again and again', { query: `{ viewer { ${'username '.repeat(1_990)} } }` }, LIMITED],
  [
    'one field again and again, below others',
    { query: `{ viewer { ${times(40, () => `... { ${'username '.repeat(40)} }`)} } }` },
    LIMITED,
  ],
  [
    'fields of one name, each with the same arguments',
    { query: `{ ${'targets(first: 1, filter: "aaaaaaaaaaaa") { totalCount } '.repeat(15)} }` },
    'FORBIDDEN',
  ],
  [
    'fields of one name in nested pairs',
    {
      query: `{ targets { ${'edges { node { tags { id } tags { id } } node { tags { id } tags { id } } } '.repeat(90)} } }`,
    },
    LIMITED,
  ],
  [
    'fragments in a circle',
    { query: `{ ...F0 } ${times(290, (i) => `fragment F${i} on Query { ...F${(i + 1) % 290} }`)}` },
    INVALID,
  ],
  [
    'very many fragments',
    { query: `{ ...F0 } ${times(1_200, (i) => `fragment F${i} on Query { ...F${i + 1} }`)}` },
    LIMITED,
  ],
  [
    'fragments, each in all others',
    { query: `{ ...F0 } ${times(70, (i) => `fragment F${i} on Query { ${times(70, (j) => `...F${j}`)} }`)}` },
    LIMITED,
  ],
  [
    'fragments that double what they hold',
    {
      query: `{ ...F0 } ${times(40, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Query { viewer { username } }`,
    },
    LIMITED,
  ],
  [
    'fragments that nothing uses',
    {
      query: `{ viewer { username } } ${times(250, (i) => `fragment F${i} on User { ...G }`)} fragment G on User { ${'username '.repeat(90)} }`,
    },
    LIMITED,
  ],
  [
    'very many operations',
    {
      query: `${times(900, (i) => `query Q${i} ($a: Int) { ...F }`)} fragment F on Query { targets(first: $a) { totalCount } }`,
    },
    LIMITED,
  ],
  [
    'thousands of variables',
    { query: `query (${times(2_300, (i) => `$v${i}: Int`)}) { viewer { username } }` },
    INVALID,
  ],
  [
    'one variable thousands of times',
    { query: `query (${'$v: Int '.repeat(2_300)}) { viewer { username } }` },
    INVALID,
  ],
  [
    'thousands of arguments of one name',
    { query: `{ targets(${'first: 1 '.repeat(3_800)}) { totalCount } }` },
    INVALID,
  ],
  [
    'thousands of arguments on as many lines',
    { query: `{ targets(${'\n'.repeat(100_000)} ${'first: 1 '.repeat(3_800)}) { totalCount } }` },
    INVALID,
  ],
  [
    'thousands of unknown arguments',
    { query: `{ targets(${times(3_800, (i) => `firs${i}: 1`)}) { totalCount } }` },
    INVALID,
  ],
  [
    'thousands of unknown input fields',
    {
      query: `mutation { deleteTargets(input: { ${times(3_800, (i) => `controllerId${i}: 1`)} }) { deletedCount } }`,
    },
    INVALID,
  ],
  [
    'thousands of directives',
    { query: `{ viewer @include(if: true) ${'@skip(if: true) '.repeat(1_600)} { username } }` },
    INVALID,
  ],
  [
    'thousands of unknown directives',
    { query: `{ viewer ${times(5_500, (i) => `@skip${i}`)} { username } }` },
    INVALID,
  ],
  [
    'a list of wrong values',
    {
      query: `mutation { deleteTargets(input: { targets: { ids: [${'1.5 '.repeat(9_900)}] } }) { deletedCount } }`,
    },
    INVALID,
  ],
  [
    'a list longer than any may be',
    {
      query: `mutation { deleteTargets(input: { targets: { ids: [${'1 '.repeat(11_000)}] } }) { deletedCount } }`,
    },
    LIMITED,
  ],
  [
    'wrong enum values',
    { query: `{ targets(orderBy: [${'{ field: NAMEE, direction: ASCC } '.repeat(1_200)}]) { totalCount } }` },
    INVALID,
  ],
  [
    'lists in lists',
    { query: `{ targets(filter: ${'['.repeat(2_500)}${']'.repeat(2_500)}) { totalCount } }` },
    LIMITED,
  ],
  [
    'objects in objects',
    { query: `{ targets(filter: ${'{ a: '.repeat(2_000)}1${'}'.repeat(2_000)}) { totalCount } }` },
    LIMITED,
  ],
  [
    'types of lists of lists',
    {
      query: `query ($a: ${'['.repeat(5_500)}Int${']'.repeat(5_500)}) { targets(first: $a) { totalCount } }`,
    },
    LIMITED,
  ],
  ['selections in selections', { query: `${'{ viewer '.repeat(2_500)} ${'}'.repeat(2_500)}` }, LIMITED],
  [
    'inline fragments in inline fragments',
    { query: `{ ${'... { '.repeat(2_500)} viewer { username } ${'}'.repeat(2_500)} }` },
    LIMITED,
  ],
  [
    'the schema twice',
    { query: getIntrospectionQuery().replace(/query \w+ \{/, '{ more: __schema { types { ...FullType } }') },
    'COST_LIMIT_EXCEEDED',
  ],
  [
    'the schema, types of types',
    {
      query: `{ ${times(18, (i) => `a${i}: __schema { types { fields { args { type { ofType { ofType { name } } } } type { fields { name description args { name description } } } } } }`)} }`,
    },
    'COST_LIMIT_EXCEEDED',
  ],
  [
    'an unknown operation with a long name',
    {
      query: 'query A { viewer { username } } query B { viewer { username } }',
      operationName: 'x'.repeat(1_000_000),
    },
    'OPERATION_RESOLUTION_FAILURE',
  ],
];

/** What is read, or sent on, many times as often as it was sent, of somebody who may do all. */
export const REPEATED: Case[] = [
  [
    'a text again and again in a list of the document',
    {
      query: `mutation ($a: ID!) { deleteTargets(input: { dryRun: true, targets: { ids: [${'$a '.repeat(4_900)}] } }) { deletedCount } }`,
      variables: json({ a: 'x'.repeat(100_000) }),
    },
    TOO_MUCH,
  ],
  [
    'a row again and again in a list of the document',
    {
      query: `mutation ($a: TargetInput!) { createTargets(input: { dryRun: true, targets: [${'$a '.repeat(4_900)}] }) { userErrors { message } } }`,
      variables: json({ a: { controllerId: 'a', name: 'x'.repeat(90_000) } }),
    },
    TOO_MUCH,
  ],
  [
    'a long order at each of a page',
    {
      query: `{ targets(first: 500) { nodes { actions(first: 1, orderBy: [${'{ field: ID, direction: ASC } '.repeat(1_200)}]) { nodes { id } } } } }`,
    },
    TOO_DEAR,
  ],
  [
    'a long order at each of a page, in a variable',
    {
      query:
        'query ($order: [ActionOrder!]) { targets(first: 500) { nodes { actions(first: 1, orderBy: $order) { nodes { id } } } } }',
      variables: json({ order: Array(9_000).fill({ field: 'ID', direction: 'ASC' }) }),
    },
    TOO_DEAR,
  ],
  [
    'a long filter at each of a page',
    {
      query:
        'query ($filter: String) { targets(first: 500) { nodes { actions(first: 1, filter: $filter) { nodes { id } } } } }',
      variables: json({ filter: Array(800).fill('id==12345').join(',') }),
    },
    WRONG,
  ],
];

/** As dear as may be. */
export const ANSWERED: [name: string, operation: Operation][] = [
  [
    'the schema',
    {
      query: `{ ${times(13, (i) => `a${i}: __schema { types { name kind description fields { name } } }`)} }`,
    },
  ],
  [
    'pages with a filter at each of a page',
    {
      query:
        'query ($filter: String) { targets(first: 500) { nodes { actions(first: 1, filter: $filter) { nodes { id } } } } }',
      variables: json({ filter: Array(250).fill('id==12345').join(',') }),
    },
  ],
  [
    'two full pages',
    {
      query: `{ ${times(2, (i) => `a${i}: targets(first: 500) { nodes { controllerId name description address group createdAt createdBy lastModifiedAt lastModifiedBy securityToken attributes { key value } tags { name } metadata { key value } } }`)} }`,
    },
  ],
  [
    'as many rows as are taken',
    {
      query:
        'mutation ($rows: [TargetInput!]!) { createTargets(input: { targets: $rows, dryRun: true }) { targets { controllerId } userErrors { message } } }',
      variables: json({
        rows: Array.from({ length: 9_900 }, (_, i) => ({ controllerId: `row-${i}`, name: 'x' })),
      }),
    },
  ],
  [
    'rows that are all wrong',
    {
      query:
        'mutation ($rows: [TargetInput!]!) { createTargets(input: { targets: $rows, dryRun: true }) { targets { controllerId } userErrors { message path } } }',
      variables: json({ rows: Array(9_900).fill({ controllerId: 'a b', name: 'x'.repeat(180) }) }),
    },
  ],
  [
    'rows that are all wrong, with all that is said of each',
    {
      query:
        'mutation ($rows: [TargetInput!]!) { createTargets(input: { targets: $rows, dryRun: true }) { targets { controllerId } userErrors { code message path position length expected suggestion } } }',
      variables: json({ rows: Array(9_900).fill({ controllerId: 'a b', name: 'x'.repeat(150) }) }),
    },
  ],
];

export const VARIABLES: Case[] = [
  [
    'a list of wrong values, longer than any may be',
    { query: DELETE, variables: json({ ids: Array(200_000).fill(1.5) }) },
    TOO_MUCH,
  ],
  [
    'a list of right values, longer than any may be',
    { query: DELETE, variables: json({ ids: Array(200_000).fill('a') }) },
    TOO_MUCH,
  ],
  [
    'a list of wrong values, as long as may be',
    { query: DELETE, variables: json({ ids: Array(10_000).fill(1.5) }) },
    WRONG,
  ],
  [
    'lists of wrong values in lists',
    { query: DELETE, variables: json({ ids: Array(9_000).fill([1, 2]) }) },
    WRONG,
  ],
  [
    'wrong values for an order',
    { query: PAGE, variables: json({ order: Array(120_000).fill(1) }) },
    TOO_MUCH,
  ],
  [
    'wrong values for an order, as many as may be',
    { query: PAGE, variables: json({ order: Array(9_000).fill({ field: 'NAMEE', direction: 1 }) }) },
    WRONG,
  ],
  [
    'unknown fields of rows',
    { query: CREATE, variables: json({ rows: Array(7_000).fill({ controllerIdd: 'a', namee: 1 }) }) },
    WRONG,
  ],
  [
    'an object of unknown fields',
    { query: CREATE, variables: json({ rows: [object(100, () => 1)] }) },
    WRONG,
  ],
  [
    'an object of more fields than any has',
    { query: CREATE, variables: json({ rows: [object(25_000, () => 1)] }) },
    TOO_MUCH,
  ],
  [
    'unknown fields with long texts',
    { query: CREATE, variables: json({ rows: [object(100, () => 'x'.repeat(19_000))] }) },
    WRONG,
  ],
  [
    'a wrong value of a million characters',
    { query: PAGE, variables: json({ first: 'x'.repeat(1_000_000) }) },
    TOO_MUCH,
  ],
  [
    'a wrong value as long as may be',
    { query: PAGE, variables: json({ first: 'x'.repeat(100_000) }) },
    WRONG,
  ],
  [
    'a number in many lists',
    { query: PAGE, variables: `{"first":${'['.repeat(60)}1${']'.repeat(60)}}` },
    TOO_MUCH,
  ],
  [
    'variables that nobody declared',
    { query: '{ viewer { username } }', variables: json(object(35_000, (i) => i)) },
    TOO_MUCH,
  ],
];
