import type { SQL } from 'drizzle-orm';
import { DomainError } from '../../errors.ts';
import { compileFilter } from '../../filters/compile.ts';
import type { Expression } from '../../filters/expression.ts';
import type { FieldSet } from '../../filters/fields.ts';
import { parseFilter } from '../../filters/parse.ts';
import { printFilter } from '../../filters/print.ts';
import { TARGET_TYPE_FIELDS } from '../fleet/target-types/fields.ts';
import { filterMoments, TARGET_FIELDS } from '../fleet/targets/fields.ts';
import type { Tenant } from '../platform/tenants/registry.ts';
import type { Context } from '../shared/context.ts';
import { DISTRIBUTION_SET_TYPE_FIELDS } from '../software/distribution-set-types/fields.ts';
import { DISTRIBUTION_SET_FIELDS } from '../software/distribution-sets/fields.ts';
import { SOFTWARE_MODULE_TYPE_FIELDS } from '../software/software-module-types/fields.ts';
import { SOFTWARE_MODULE_FIELDS } from '../software/software-modules/fields.ts';
import { type Grant, PERMISSIONS, type Permission, splitGrant } from './grants.ts';

/** What a scope may ask, by the group of its permission, or by the permission where it has none. */
const SCOPE_FIELDS: Readonly<Record<string, FieldSet>> = {
  TARGET: TARGET_FIELDS,
  TARGET_TYPE: TARGET_TYPE_FIELDS,
  SOFTWARE_MODULE: SOFTWARE_MODULE_FIELDS,
  SOFTWARE_MODULE_TYPE: SOFTWARE_MODULE_TYPE_FIELDS,
  DISTRIBUTION_SET: DISTRIBUTION_SET_FIELDS,
  DISTRIBUTION_SET_TYPE: DISTRIBUTION_SET_TYPE_FIELDS,
  DOWNLOAD_REPOSITORY_ARTIFACT: SOFTWARE_MODULE_FIELDS,
};

/** The fields that a scope of the permission may ask for; undefined where it takes none. */
export const fieldsOf = (permission: Permission): FieldSet | undefined =>
  SCOPE_FIELDS[permission.replace(/^(CREATE|READ|UPDATE|DELETE)_/, '')];

const ANY_TIME = { now: new Date(0), overdueBefore: new Date(0) };

/** Reads a grant as somebody wrote it; its filter comes back as it is printed. */
export function readGrant(text: string): Grant | { fault: string } {
  const { permission, filter } = splitGrant(text);
  if (!PERMISSIONS.includes(permission))
    return { fault: `there is no permission ${JSON.stringify(permission)}` };
  if (filter === null) return permission;
  const fields = fieldsOf(permission);
  if (!fields) return { fault: `${permission} takes no filter` };
  try {
    const expression = parseFilter(filter);
    compileFilter(expression, fields, ANY_TIME);
    return `${permission}/${printFilter(expression)}`;
  } catch (error) {
    if (error instanceof DomainError) return { fault: `the filter of ${permission}: ${error.message}` };
    throw error;
  }
}

/** What nothing matches, of whatever kind. */
const NOTHING = 'id=is=null';

/** By what permission is read what another one changes or deletes, where scopes can be about it. */
function readingOf(permission: Permission): Permission | undefined {
  const reading = permission.replace(/^(UPDATE|DELETE)_/, 'READ_') as Permission;
  return reading !== permission && fieldsOf(permission) ? reading : undefined;
}

const anyOf = (filters: readonly string[]): Expression => {
  const parsed = filters.map(parseFilter);
  return parsed.length > 1 ? { kind: 'or', children: parsed } : parsed[0]!;
};

/**
 * The filter of what the caller's permission reaches; undefined where it reaches everything. What is out of the scope in
 * which the caller may read can't be changed or deleted either: else it could be brought into that scope.
 */
export function scopeFilter(
  { caller: { permissions } }: Context,
  permission: Permission,
): Expression | undefined {
  const scope = permissions.get(permission);
  const own = scope === null ? [] : [scope?.length ? scope : [NOTHING]];
  const reading = readingOf(permission);
  const read = reading && permissions.get(reading);
  const scopes = new Map(
    [...own, ...(read ? [read] : [])].map((filters) => [JSON.stringify(filters), filters]),
  );
  const expressions = [...scopes.values()].map(anyOf);
  return expressions.length > 1 ? { kind: 'and', children: expressions } : expressions[0];
}

/** Whether the caller's permission reaches everything. */
export const isUnscoped = (context: Context, permission: Permission): boolean =>
  scopeFilter(context, permission) === undefined;

/**
 * The condition on a row, with all that filters of its kind join, that the caller's permission reaches it; undefined
 * where it reaches everything.
 */
export function scopeConditionIn(context: Context, tenant: Tenant, permission: Permission): SQL | undefined {
  const filter = scopeFilter(context, permission);
  return filter && compileFilter(filter, fieldsOf(permission)!, filterMoments(tenant, context.clock()));
}

/** The same where the tenant isn't at hand: who reaches everything doesn't wait for it. */
export async function scopeCondition(context: Context, permission: Permission): Promise<SQL | undefined> {
  if (isUnscoped(context, permission)) return undefined;
  return scopeConditionIn(context, await context.tenants.byId(context.caller.tenantId), permission);
}
