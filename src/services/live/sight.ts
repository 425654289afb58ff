import type { Expression } from '../../filters/expression.ts';
import { printFilter } from '../../filters/print.ts';
import { scopeFilter } from '../access/scopes.ts';
import type { Context } from '../context.ts';

/** What watchers are told of: all targets, or what a filter and the scope of their permission match. */
export interface Sight {
  /** The same for all who have the same in sight. */
  text: string;
  filter: Expression | undefined;
  /** Of a target that never was in sight they must not even hear that it is gone. */
  scoped: boolean;
}

/** What of the targets that a filter matches the caller may read. */
export function sightOf(filter: Expression | undefined, context: Context): Sight {
  const scope = scopeFilter(context, 'READ_TARGET');
  if (!scope) return { text: filter ? printFilter(filter) : '', filter, scoped: false };
  const both: Expression = filter ? { kind: 'and', children: [filter, scope] } : scope;
  return { text: `within ${printFilter(both)}`, filter: both, scoped: true };
}

/** Whether to say that a target left or is gone, where too many match to remember each (undefined: not remembered). */
export const mayHaveMatched = (scoped: boolean, before: boolean | undefined): boolean => before ?? !scoped;
