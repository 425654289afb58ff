/** A filter as a tree. Positions are 0-based offsets, in UTF-16 units, into the text it was parsed from. */
export type Expression = Junction | Comparison;

export interface Junction {
  kind: 'and' | 'or';
  /** At least two. */
  children: Expression[];
}

export interface Comparison {
  kind: 'comparison';
  /** As it was written; case doesn't matter for names. */
  field: string;
  fieldPosition: number;
  operator: Operator;
  /** The position of the operator. */
  position: number;
  /** How long the operator is as it was written; missing if nobody wrote it. */
  length?: number;
  /** None for a null test, one or more for `=in=` and `=out=`, else exactly one. */
  values: Value[];
}

/** All comparisons, in the order of the text. */
export const comparisonsIn = (expression: Expression): Comparison[] =>
  expression.kind === 'comparison' ? [expression] : expression.children.flatMap(comparisonsIn);

/** One name for each meaning; the parser also knows other spellings. */
export type Operator =
  | '=='
  | '!='
  | '=lt='
  | '=le='
  | '=gt='
  | '=ge='
  | '=in='
  | '=out='
  | '=li='
  | '=is=null'
  | '=not=null';

export interface Value {
  /** The texts between the wildcards: `['a']` is `a`, `['a', '']` is `a*`, `['a*']` an `a` and a plain asterisk. */
  pieces: string[];
  position: number;
  /** How long it is as it was written, with its quotes; missing if nobody wrote it. */
  length?: number;
}
