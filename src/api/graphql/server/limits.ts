import { MOST_ROWS } from '../../../services/shared/rows.ts';

/** What an operation may have, before it is looked at any closer. Longer bodies than these take are read all the same. */
export const LIMITS = {
  /** Of the document. */
  characters: 1 << 18,
  tokens: 12_000,
  /** Nodes of the document's tree, one in another. */
  nesting: 100,
  /** Operations and fragments. */
  definitions: 300,
  nameLength: 200,
  depth: 12,
  introspectionDepth: 20,
  /** Of an operation, with its fragments wherever they are used; and so of all operations of a document. */
  fields: 2_000,
  fieldsOfAll: 20_000,
  /** Of one name in one place of the answer. */
  sameFields: 100,
  aliases: 50,
  rootFields: 20,

  /** Of a list in the document or in a variable. */
  listLength: MOST_ROWS,
  /** Of an object in a variable: more than any input has. */
  objectFields: 100,
  /** Of a text in a variable. */
  textLength: 100_000,
  /** Lists and objects of a variable, one in another. */
  valueDepth: 12,
  /** In all variables: entries of lists and fields of objects, and characters in texts. */
  values: 30_000,
  texts: 2_000_000,

  /** That are told of one operation. */
  errors: 5,
};
