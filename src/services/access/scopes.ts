import type { SQL } from 'drizzle-orm';
import { DomainError, invalid } from '../../errors.ts';
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

/** The fields that a scope may use, by the permission's group, or by the permission if it has no group. */
const SCOPE_FIELDS: Readonly<Record<string, FieldSet>> = {
  TARGET: TARGET_FIELDS,
  TARGET_TYPE: TARGET_TYPE_FIELDS,
  SOFTWARE_MODULE: SOFTWARE_MODULE_FIELDS,
  SOFTWARE_MODULE_TYPE: SOFTWARE_MODULE_TYPE_FIELDS,
  DISTRIBUTION_SET: DISTRIBUTION_SET_FIELDS,
  DISTRIBUTION_SET_TYPE: DISTRIBUTION_SET_TYPE_FIELDS,
  DOWNLOAD_REPOSITORY_ARTIFACT: SOFTWARE_MODULE_FIELDS,
};

/** The fields that a scope of the permission may use; undefined if the permission takes no scope. */
export const fieldsOf = (permission: Permission): FieldSet | undefined =>
  SCOPE_FIELDS[permission.replace(/^(CREATE|READ|UPDATE|DELETE)_/, '')];

const ANY_TIME = { tenantId: 0, now: new Date(0), overdueBefore: new Date(0) };

/**
 * Reads a grant as somebody wrote it; its filter comes back as it is printed. Of a wrong filter the fault says where in
 * the filter.
 */
export function readGrant(text: string): Grant | { fault: DomainError } {
  const { permission, filter } = splitGrant(text);
  if (!PERMISSIONS.includes(permission))
    return { fault: invalid(`there is no permission ${JSON.stringify(permission)}`) };
  if (filter === null) return permission;
  const fields = fieldsOf(permission);
  if (!fields) return { fault: invalid(`${permission} takes no filter`) };
  try {
    const expression = parseFilter(filter);
    compileFilter(expression, fields, ANY_TIME);
    return `${permission}/${printFilter(expression)}`;
  } catch (error) {
    if (error instanceof DomainError) return { fault: error };
    throw error;
  }
}

/** A filter that matches nothing, for every kind of entity. */
const NOTHING = 'id=is=null';

/** The permission to read what another one changes or deletes, if it can have a scope. */
function readingOf(permission: Permission): Permission | undefined {
  const reading = permission.replace(/^(UPDATE|DELETE)_/, 'READ_') as Permission;
  return reading !== permission && fieldsOf(permission) ? reading : undefined;
}

const anyOf = (filters: readonly string[]): Expression => {
  const parsed = filters.map(parseFilter);
  return parsed.length > 1 ? { kind: 'or', children: parsed } : parsed[0]!;
};

/**
 * The scope of the caller's permission as one filter; undefined if everything is in scope. What the caller may not read
 * can't be changed or deleted either: otherwise a change could bring it into the scope of reading.
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

/** Whether everything is in the scope of the caller's permission. */
export const isUnscoped = (context: Context, permission: Permission): boolean =>
  scopeFilter(context, permission) === undefined;

/**
 * The condition that a row is in the scope of the caller's permission; undefined if everything is. It needs the joins
 * that filters of such rows need.
 */
export function scopeConditionIn(context: Context, tenant: Tenant, permission: Permission): SQL | undefined {
  const filter = scopeFilter(context, permission);
  return filter && compileFilter(filter, fieldsOf(permission)!, filterMoments(tenant, context.clock()));
}

/** The same for callers without the tenant, which is read only if there is a scope. */
export async function scopeCondition(context: Context, permission: Permission): Promise<SQL | undefined> {
  if (isUnscoped(context, permission)) return undefined;
  return scopeConditionIn(context, await context.tenants.byId(context.caller.tenantId), permission);
}
