import { namedByScope } from '../../errors.ts';
import { comparisonsIn } from '../../filters/expression.ts';
import { type Entity, findField } from '../../filters/fields.ts';
import { parseFilter } from '../../filters/parse.ts';
import type { Context } from '../shared/context.ts';
import type { Permission } from './grants.ts';
import { fieldsOf } from './scopes.ts';

/**
 * Checks that no scope of the caller asks for one of these fields of things of that kind, as the name of the set that targets
 * have. Whoever is limited by names can't give them: neither could others' things be called as the caller's own are, nor lose
 * the name by which they are kept from the caller, be it that nothing has to do with them yet. Of an API key the scopes of
 * its account count, too.
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

/** Which of the fields an update makes different. */
export const renamed = <T extends object, K extends keyof T & string>(
  before: T,
  given: Partial<Record<K, unknown>>,
  fields: readonly K[],
): K[] => fields.filter((field) => given[field] !== undefined && given[field] !== before[field]);
