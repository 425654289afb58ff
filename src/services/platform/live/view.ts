import { and, type SQL } from 'drizzle-orm';
import { comparisonsIn, type Expression } from '../../../filters/expression.ts';
import { printFilter } from '../../../filters/print.ts';
import { readableFields, scopesOfFilter } from '../../access/readable-fields.ts';
import { scopeFilter } from '../../access/scopes.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { Context } from '../../shared/context.ts';

/** What a watcher sees: all targets, or those that match its filter and are in its scope. */
export interface View {
  /** The same for all watchers who see the same targets. */
  text: string;
  /** About how many parameters it takes in a statement. The scope of a filter's fields is repeated there. */
  weight: number;
  /** Undefined for all targets. */
  filter: Watched | undefined;
  /** Whether a scope limits it. Nobody may learn of the deletion of a target that was never in their scope. */
  scoped: boolean;
}

/** Which targets are watched: those that match the caller's filter and are in the caller's scope. */
export interface Watched {
  asked: Expression | undefined;
  by: Context;
  scope: Expression | undefined;
}

/** What a caller sees with a filter. */
export function viewOf(asked: Expression | undefined, context: Context): View {
  const scope = scopeFilter(context, 'READ_TARGET');
  const seen = asked ? scopesOfFilter(context, TARGET_FIELDS, asked) : [];
  const filter = asked ? printFilter(asked) : '';
  const text = scope || seen.length ? JSON.stringify([filter, scope && printFilter(scope), ...seen]) : filter;
  const repeated = asked ? comparisonsIn(asked).length * seen.join('').length : 0;
  return {
    text,
    weight: text.length + repeated,
    // A copy: the caller of a subscription may change.
    filter: asked || scope ? { asked, by: { ...context }, scope } : undefined,
    scoped: scope !== undefined,
  };
}

/** The condition that a target is watched. `compile` turns a filter on these fields into a condition. */
export async function conditionOf(
  { asked, by, scope }: Watched,
  compile: (filter: Expression, fields: typeof TARGET_FIELDS) => SQL | Promise<SQL>,
): Promise<SQL> {
  return and(
    asked && (await compile(asked, await readableFields(by, TARGET_FIELDS, asked))),
    scope && (await compile(scope, TARGET_FIELDS)),
  )!;
}

export const comparisonsOf = ({ asked, scope }: Watched): number =>
  [asked, scope].reduce((sum, filter) => sum + (filter ? comparisonsIn(filter).length : 0), 0);

/** Whether to send that a target left or was deleted. `before` is undefined if its match was not remembered. */
export const mayHaveMatched = (scoped: boolean, before: boolean | undefined): boolean => before ?? !scoped;
