import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { lowered } from '../../../database/tables/columns.ts';
import {
  distributionSets,
  distributionSetTags,
  distributionSetTypes,
} from '../../../database/tables/distribution-sets.ts';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { softwareModules, softwareModuleTypes } from '../../../database/tables/software.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import type { Entity, FoundField } from '../../../filters/fields.ts';
import { readableRows } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import type { Filterable } from './entities.ts';
import { MOST_VALUES, type UsedValue, valuesOfTargets } from './target-values.ts';

type SourceTable = PgTable & { tenantId: PgColumn; id: PgColumn };

/** Small tables whose texts filters ask for. Of each the name comes first. */
const SOURCES: Record<Entity, { table: SourceTable; columns: Record<string, PgColumn>; deleted?: PgColumn }> =
  {
    targetType: { table: targetTypes, columns: { name: targetTypes.name, key: targetTypes.key } },
    targetTag: { table: targetTags, columns: { name: targetTags.name } },
    distributionSet: {
      table: distributionSets,
      columns: { name: distributionSets.name, version: distributionSets.version },
      deleted: distributionSets.deleted,
    },
    distributionSetTag: { table: distributionSetTags, columns: { name: distributionSetTags.name } },
    distributionSetType: {
      table: distributionSetTypes,
      columns: { name: distributionSetTypes.name, key: distributionSetTypes.key },
      deleted: distributionSetTypes.deleted,
    },
    softwareModule: {
      table: softwareModules,
      columns: {
        name: softwareModules.name,
        version: softwareModules.version,
        vendor: softwareModules.vendor,
      },
      deleted: softwareModules.deleted,
    },
    softwareModuleType: {
      table: softwareModuleTypes,
      columns: { name: softwareModuleTypes.name, key: softwareModuleTypes.key },
      deleted: softwareModuleTypes.deleted,
    },
    rollout: { table: rollouts, columns: { name: rollouts.name } },
    rolloutGroup: { table: rolloutGroups, columns: { name: rolloutGroups.name } },
    enrollmentGroup: { table: enrollmentGroups, columns: { name: enrollmentGroups.name } },
  };

/**
 * Values in use that begin with `prefix`, of those that the caller may read, in their order; none for fields whose values
 * say too little. The caller must be allowed to ask for the field.
 */
export async function valuesInUse(
  context: Context,
  { entity, fields }: Filterable,
  field: FoundField & { name: string },
  prefix: string,
): Promise<UsedValue[]> {
  const owner = field.owners?.at(-1);
  if (owner) return valuesOf(context, owner.entity, owner.field, prefix);
  const canonical = fields.get(field.name.toLowerCase());
  if (entity && canonical) return valuesOf(context, entity, field.name, prefix);
  return valuesOfTargets(context, field, prefix);
}

async function valuesOf(
  context: Context,
  entity: Entity,
  fieldName: string,
  prefix: string,
): Promise<UsedValue[]> {
  const { table, columns, deleted } = SOURCES[entity];
  const isId = fieldName === 'id';
  // A field named `type` shows the key of a type.
  const column = isId
    ? table.id
    : (columns[fieldName] ?? (fieldName === 'type' ? columns['key'] : undefined));
  if (!column) return [];
  const { scope, joined } = await readableRows(context, entity);
  const text: SQLWrapper = isId ? sql`${table.id}::text` : column;
  const where = and(
    eq(table.tenantId, context.caller.tenantId),
    scope,
    deleted && sql`NOT ${deleted}`,
    beginsWith(text, prefix),
  );
  const name = isId ? sql`min(${columns['name']})` : sql`NULL::text`;
  const rows = await context.database.execute<{ value: string; name: string | null }>(sql`
    SELECT ${text} AS value, ${name} AS name FROM ${joined ?? table} WHERE ${where}
    GROUP BY ${column} ORDER BY ${isId ? sql`${column} DESC` : sql`${lowered(column)}, ${column}`} LIMIT ${MOST_VALUES}`);
  return rows.map(({ value, name: shown }) => ({ value, name: shown }));
}

const beginsWith = (text: SQLWrapper, prefix: string): SQL | undefined =>
  prefix === '' ? undefined : sql`starts_with(${lowered(text)}, ${lowered(sql`${prefix}::text`)})`;
