import { type SQL, sql } from 'drizzle-orm';
import { DomainError } from '../../errors.ts';
import { compileFilter } from '../../filters/compile.ts';
import type { FieldSet } from '../../filters/fields.ts';
import { parseFilter } from '../../filters/parse.ts';
import { printFilter } from '../../filters/print.ts';
import type { Context } from '../context.ts';
import { TARGET_TYPE_FIELDS } from '../target-types/fields.ts';
import { filterMoments, TARGET_FIELDS } from '../targets/fields.ts';
import type { Tenant } from '../tenants/registry.ts';
import { type Grant, PERMISSIONS, type Permission, splitGrant } from './permissions.ts';

/** What a scope may ask, by the group of its permission. */
const SCOPE_FIELDS: Readonly<Record<string, FieldSet>> = {
  TARGET: TARGET_FIELDS,
  TARGET_TYPE: TARGET_TYPE_FIELDS,
};

const fieldsOf = (permission: Permission): FieldSet | undefined =>
  SCOPE_FIELDS[permission.replace(/^(CREATE|READ|UPDATE|DELETE)_/, '')];

const ANY_TIME = { now: new Date(0), overdueBefore: new Date(0) };

/** Reads a grant as somebody wrote it; its filter comes back as it is printed. */
export function readGrant(text: string): Grant | { fault: string } {
  const { permission, filter } = splitGrant(text as Grant);
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

/**
 * The condition on a row, with all that filters of its kind join, that the caller's permission reaches it; undefined
 * where it reaches everything. The verb has required the permission.
 */
export function scopeOf(context: Context, tenant: Tenant, permission: Permission): SQL | undefined {
  const scope = context.caller.permissions.get(permission);
  if (scope === null) return undefined;
  const moments = filterMoments(tenant, context.clock());
  const conditions = (scope ?? []).map((filter) =>
    compileFilter(parseFilter(filter), fieldsOf(permission)!, moments),
  );
  // Without a grant nothing is reached.
  return conditions.length ? sql`(${sql.join(conditions, sql` OR `)})` : sql`FALSE`;
}
