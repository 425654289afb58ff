import { namedByScope } from '../../errors.ts';
import { comparisonsIn } from '../../filters/expression.ts';
import { type Entity, findField } from '../../filters/fields.ts';
import { parseFilter } from '../../filters/parse.ts';
import type { Context } from '../shared/context.ts';
import type { Permission } from './grants.ts';
import { fieldsOf } from './scopes.ts';

/**
 * Checks that no scope of the caller uses one of these fields of the entity, for example the name of a distribution
 * set. A caller who is limited by a name must not change it: otherwise a renamed entity could come into the caller's
 * scope. For an API key the scopes of its account count, too.
 * @throws FORBIDDEN
 */
export function requireNoScopeOn(context: Context, entity: Entity, fields: readonly string[]): void {
  const { permissions, account } = context.caller;
  for (const grants of [permissions, account])
    for (const [permission, scope] of grants ?? [])
      if (scope?.some((filter) => asksFor(permission, filter, entity, fields)))
        throw namedByScope(permission, fields);
}

function asksFor(permission: Permission, filter: string, entity: Entity, fields: readonly string[]): boolean {
  const known = fieldsOf(permission);
  if (!known) return false;
  const owners = comparisonsIn(parseFilter(filter)).flatMap(
    ({ field, fieldPosition }) => findField(known, field, fieldPosition).owners ?? [],
  );
  return owners.some((owner) => owner.entity === entity && fields.includes(owner.field));
}

/** Which of the fields an update changes. */
export const renamed = <T extends object, K extends keyof T & string>(
  before: T,
  given: Partial<Record<K, unknown>>,
  fields: readonly K[],
): K[] => fields.filter((field) => given[field] !== undefined && given[field] !== before[field]);
