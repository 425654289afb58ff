import { and, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../database/connect.ts';
import { filterValueInvalid, outOfScope } from '../../errors.ts';
import { compileFilter } from '../../filters/compile.ts';
import { type Comparison, comparisonsIn, type Expression } from '../../filters/expression.ts';
import {
  type Entity,
  type Field,
  type FieldSet,
  fieldNamed,
  type Owner,
  type ScalarField,
} from '../../filters/fields.ts';
import { columnAt } from '../../filters/moments.ts';
import { parseFilter } from '../../filters/parse.ts';
import { targetTypesAs } from '../fleet/target-types/find.ts';
import { filterMoments } from '../fleet/targets/fields.ts';
import type { Context } from '../shared/context.ts';
import type { PageRequest, SortField } from '../shared/page.ts';
import { setTypesAs } from '../software/distribution-set-types/find.ts';
import { setsAs } from '../software/distribution-sets/set.ts';
import { moduleTypesAs } from '../software/software-module-types/find.ts';
import { modulesAs } from '../software/software-modules/module.ts';
import type { Permission } from './grants.ts';
import { rowInScope, type ScopedRows } from './in-scope.ts';
import { requirePermission } from './permissions.ts';
import { permittedAmong } from './rights.ts';
import { scopeCondition } from './scopes.ts';

/*
 * Rows show fields of other entities, for example the name of a set. They are shown, filtered and sorted by only if the
 * caller may read these entities: without the permission a request is refused, and what is out of scope counts as missing.
 */

/**
 * The permission to read each entity, and its rows if the permission can have a scope. Tags are read with what has
 * them.
 */
const READING: Record<Entity, { permission: Permission | null; rows?: () => ScopedRows }> = {
  targetType: { permission: 'READ_TARGET_TYPE', rows: () => targetTypesAs('READ_TARGET_TYPE') },
  targetTag: { permission: null },
  distributionSet: { permission: 'READ_DISTRIBUTION_SET', rows: () => setsAs('READ_DISTRIBUTION_SET') },
  distributionSetTag: { permission: null },
  distributionSetType: {
    permission: 'READ_DISTRIBUTION_SET_TYPE',
    rows: () => setTypesAs('READ_DISTRIBUTION_SET_TYPE'),
  },
  softwareModule: { permission: 'READ_SOFTWARE_MODULE', rows: () => modulesAs('READ_SOFTWARE_MODULE') },
  softwareModuleType: {
    permission: 'READ_SOFTWARE_MODULE_TYPE',
    rows: () => moduleTypesAs('READ_SOFTWARE_MODULE_TYPE'),
  },
  rollout: { permission: 'READ_ROLLOUT' },
  rolloutGroup: { permission: 'READ_ROLLOUT' },
  enrollmentGroup: { permission: 'READ_TENANT_CONFIGURATION' },
};

/**
 * Characters of scopes in one statement: a filter repeats them for each field that they limit, and each can be a
 * parameter.
 */
const LONGEST_SCOPES = 50_000;

/**
 * The condition of a filter that the caller wrote; undefined without a filter.
 * @throws FORBIDDEN if it asks for what the caller may not read; the filter's errors
 */
export async function askedFilter(
  context: Context,
  fields: FieldSet,
  text: string | null | undefined,
): Promise<SQL | undefined> {
  if (text == null) return undefined;
  const tenant = await context.tenants.byId(context.caller.tenantId);
  const filter = parseFilter(text);
  const seen = await readableFields(context, fields, filter);
  return compileFilter(filter, seen, filterMoments(tenant, context.clock()));
}

/** The fields that a filter uses, limited to what the caller may read. @throws FORBIDDEN, FILTER_VALUE_INVALID */
export async function readableFields(
  context: Context,
  fields: FieldSet,
  filter: Expression,
): Promise<FieldSet> {
  requireFilterReadable(context, fields, filter);
  const narrowed = new Map<string, { name: string; field: Field }>();
  let length = 0;
  for (const comparison of comparisonsIn(filter)) {
    const owners = ownersOf(fields, comparison);
    const scopes = owners.map(({ entity }) => scopesOn(context, entity).join(''));
    if (scopes.every((text) => text === '')) continue;
    length += scopes.join('').length;
    if (length > LONGEST_SCOPES)
      throw filterValueInvalid(
        { position: comparison.fieldPosition, length: comparison.field.length },
        'so many comparisons do not fit in beside a scope.',
      );
    const name = comparison.field.toLowerCase();
    const known = fields.get(name)!;
    if (!narrowed.has(name))
      narrowed.set(name, { ...known, field: narrow(known.field, await ownersReadable(context, owners)) });
  }
  return narrowed.size ? new Map([...fields, ...narrowed]) : fields;
}

/** Checks the permissions to read the other entities that a filter asks for. @throws FORBIDDEN */
export function requireFilterReadable(context: Context, fields: FieldSet, filter: Expression): void {
  for (const comparison of comparisonsIn(filter))
    for (const { entity } of ownersOf(fields, comparison)) requireReading(context, entity);
}

/**
 * Checks that the caller may read the other entities that a filter asks for, without a scope: the filter is stored, and
 * the server uses it later without scopes. @throws FORBIDDEN
 */
export function requireFilterWhollyReadable(context: Context, fields: FieldSet, filter: Expression): void {
  requireFilterReadable(context, fields, filter);
  for (const comparison of comparisonsIn(filter))
    for (const { entity } of ownersOf(fields, comparison))
      if (scopesOn(context, entity).length)
        throw outOfScope(
          READING[entity].permission!,
          `all that a filter which is kept can find by '${comparison.field}'`,
        );
}

/** Whether the caller's permissions let it ask for a field at all. */
export const mayAsk = ({ caller }: Context, { owners = [] }: Field): boolean =>
  owners.every(({ entity }) => {
    const { permission } = READING[entity];
    return !permission || caller.permissions.has(permission);
  });

/** The condition that rows of an entity are in the scope of reading them, with the joins that it needs, if any. */
export async function readableRows(
  context: Context,
  entity: Entity,
): Promise<{ scope?: SQL | undefined; joined?: SQL | undefined }> {
  const rows = READING[entity].rows?.();
  return rows ? { scope: await scopeCondition(context, rows.permission), joined: rows.joined } : {};
}

/** The scopes that limit what a filter finds in other entities: callers with the same scopes see the same. */
export const scopesOfFilter = (context: Context, fields: FieldSet, filter: Expression): string[] => [
  ...new Set(
    comparisonsIn(filter).flatMap((comparison) =>
      ownersOf(fields, comparison).flatMap(({ entity }) =>
        scopesOn(context, entity).map((scope) => `${READING[entity].permission}/${scope}`),
      ),
    ),
  ),
];

/** A field of another entity to sort by: null where the caller may not read that entity. */
export async function readableColumn<T extends { expression: SQLWrapper; owner: Owner }>(
  context: Context,
  field: T,
): Promise<Omit<T, 'expression'> & { expression: SQLWrapper; nullable: boolean }> {
  const seen = await ownersReadable(context, [field.owner]);
  const { expression } = field;
  return seen
    ? { ...field, expression: sql`CASE WHEN ${seen} THEN ${expression} END`, nullable: true }
    : { ...field, nullable: false };
}

/** Checks the permissions to read the other entities that a list is ordered by. @throws FORBIDDEN */
export function requireSortable<F extends string>(
  context: Context,
  { orderBy }: Pick<PageRequest<F>, 'orderBy'>,
  order: Readonly<Record<F, object>>,
): void {
  for (const { field } of orderBy ?? []) {
    const { owner }: Pick<SortField<never>, 'owner'> = order[field];
    if (owner) requireReading(context, owner.entity);
  }
}

/** Says which of the entities with these ids the caller may read. Asks the database only if there is a scope. */
export async function readableAmong(
  context: Context,
  entity: Entity,
  ids: readonly number[],
  database: Database | Transaction = context.database,
): Promise<(id: number) => boolean> {
  const { permission, rows } = READING[entity];
  if (rows) return permittedAmong(context, rows(), ids, database);
  const may = !permission || context.caller.permissions.has(permission);
  return () => may;
}

/** A field that there is not has none; it is refused where the filter is compiled. */
const ownersOf = (fields: FieldSet, { field }: Comparison): readonly Owner[] =>
  fieldNamed(fields, field)?.owners ?? [];

function requireReading(context: Context, entity: Entity): void {
  const { permission } = READING[entity];
  if (permission) requirePermission(context, permission);
}

const scopesOn = ({ caller }: Context, entity: Entity): readonly string[] => {
  const { permission } = READING[entity];
  return (permission && caller.permissions.get(permission)) || [];
};

async function ownersReadable(context: Context, owners: readonly Owner[]): Promise<SQL | undefined> {
  const conditions = owners.map(({ entity, id }) => {
    const { rows } = READING[entity];
    return rows && rowInScope(context, rows(), id);
  });
  return and(...(await Promise.all(conditions)));
}

function narrowed(field: ScalarField, seen: SQL): Field {
  const within = (whole: SQLWrapper) => sql`CASE WHEN ${seen} THEN ${whole} END`;
  return field.kind === 'time' || field.kind === 'boolean'
    ? { ...field, column: (moments) => within(columnAt(field.column, moments)) }
    : { ...field, column: within(field.column) };
}

function narrow(field: Field, seen: SQL | undefined): Field {
  // A name has no owner.
  if (!seen || field.kind === 'name') return field;
  if (field.kind !== 'set' && field.kind !== 'map') return narrowed(field, seen);
  // A new FROM object: fields that share one are read together, and this one has another condition.
  return {
    ...field,
    from: sql`${field.from}`,
    on: (moments) => and(sql`${columnAt(field.on, moments)}`, seen)!,
  };
}
