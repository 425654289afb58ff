import { and, type SQL } from 'drizzle-orm';
import { comparisonsIn, type Expression } from '../../../filters/expression.ts';
import { printFilter } from '../../../filters/print.ts';
import { readableFields, scopesOfFilter } from '../../access/readable-fields.ts';
import { scopeFilter } from '../../access/scopes.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { Context } from '../../shared/context.ts';

/** What watchers are told of: all targets, or what a filter and the scope of their permission match. */
export interface View {
  /** The same for all who have the same in sight. */
  text: string;
  /** About how many parameters it takes in a statement: a scope that narrows what is asked is repeated there. */
  weight: number;
  /** Undefined where it is all targets. */
  filter: Watched | undefined;
  /** Of a target that never was in sight they must not even hear that it is gone. */
  scoped: boolean;
}

/** Which targets are watched: those that match what was asked, as whoever asked it may, and are within its scope. */
export interface Watched {
  asked: Expression | undefined;
  by: Context;
  scope: Expression | undefined;
}

/** What of the targets that a filter matches the caller may read. */
export function viewOf(asked: Expression | undefined, context: Context): View {
  const scope = scopeFilter(context, 'READ_TARGET');
  const seen = asked ? scopesOfFilter(context, TARGET_FIELDS, asked) : [];
  const filter = asked ? printFilter(asked) : '';
  const text = scope || seen.length ? JSON.stringify([filter, scope && printFilter(scope), ...seen]) : filter;
  const repeated = asked ? comparisonsIn(asked).length * seen.join('').length : 0;
  return {
    text,
    weight: text.length + repeated,
    // A copy: the caller of a subscription may become another.
    filter: asked || scope ? { asked, by: { ...context }, scope } : undefined,
    scoped: scope !== undefined,
  };
}

/** The condition that a target is watched, with `compile` to make conditions of filters with these fields. */
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

/** Whether to say that a target left or is gone, where too many match to remember each (undefined: not remembered). */
export const mayHaveMatched = (scoped: boolean, before: boolean | undefined): boolean => before ?? !scoped;
