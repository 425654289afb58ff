import { MOST_ROWS } from '../../../services/shared/rows.ts';

/** The limits of an operation, checked before validation. The limit of the body is larger. */
export const LIMITS = {
  /** In the document. */
  characters: 1 << 18,
  tokens: 12_000,
  /** Nesting of the nodes of the document's tree. */
  nesting: 100,
  /** Operations and fragments. */
  definitions: 300,
  nameLength: 200,
  depth: 12,
  introspectionDepth: 20,
  /** In an operation with its fragments in each place where they are used, and in all operations of a document. */
  fields: 2_000,
  fieldsOfAll: 20_000,
  /** Fields of one name in one place of the answer. */
  sameFields: 100,
  aliases: 50,
  rootFields: 20,

  /** Entries of a list in the document or in a variable. */
  listLength: MOST_ROWS,
  /** Fields of an object in a variable: more than any input has. */
  objectFields: 100,
  /** Characters of a text in a variable. */
  textLength: 100_000,
  /** Nesting of lists and objects of a variable. */
  valueDepth: 12,
  /** In all variables: entries of lists and fields of objects, and characters in texts. */
  values: 30_000,
  texts: 2_000_000,

  /** Errors that are reported for one operation. */
  errors: 5,
};
