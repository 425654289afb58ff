import { quotaExceeded } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { printFilter } from '../../../filters/print.ts';
import { LONGEST_FILTER } from '../../../filters/reader.ts';
import type { Context } from '../../shared/context.ts';
import type { TargetPermission } from './scope.ts';

/** Which targets somebody has to do with at all, where these aren't all. */
export interface CombinedScope {
  /** One that is granted with a scope. */
  permission: TargetPermission;
  filter: Expression;
  /** The same for the same scopes. */
  text: string;
}

/**
 * The targets that the caller may read and, if the caller may change any, also change; undefined if these are all. If an
 * API key lacks a permission, the scope of its account's permission counts: nobody gets more by a key that may do less.
 */
export const combinedScope = (context: Context, ...more: TargetPermission[]): CombinedScope | undefined =>
  scopeBy(context, ['READ_TARGET', 'UPDATE_TARGET', ...more]);

/** The targets that the caller may read: only these count in the numbers that the caller gets. */
export const readingScope = (context: Context): CombinedScope | undefined =>
  scopeBy(context, ['READ_TARGET']);

function scopeBy({ caller }: Context, permissions: readonly TargetPermission[]): CombinedScope | undefined {
  const { permissions: own, account } = caller;
  const scopes = new Map<string, { permission: TargetPermission; filter: Expression }>();
  for (const permission of permissions) {
    const scope = own.has(permission) ? own.get(permission) : account?.get(permission);
    const [first, ...others] = (scope ?? []).map(parseFilter);
    if (!first) continue;
    const filter: Expression = others.length ? { kind: 'or', children: [first, ...others] } : first;
    const text = printFilter(filter);
    if (!scopes.has(text)) scopes.set(text, { permission, filter });
  }
  const [one, ...others] = scopes.values();
  if (!one) return undefined;
  const children = [one, ...others].map(({ filter }) => filter);
  const filter: Expression = others.length ? { kind: 'and', children } : one.filter;
  return { permission: one.permission, filter, text: printFilter(filter) };
}

/** The same as it is kept for what the server does later; null where it is all targets. @throws QUOTA_EXCEEDED */
export function creatorScope(context: Context): string | null {
  const text = combinedScope(context)?.text ?? null;
  if (text !== null && text.length > LONGEST_FILTER)
    throw quotaExceeded('characters of scopes together', LONGEST_FILTER);
  return text;
}
