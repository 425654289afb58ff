import { Column, getTableName, is, SQL, sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import type { Entity, Field, FieldSet } from '../../../../src/filters/fields.ts';
import { ACTION_FIELDS } from '../../../../src/services/deployments/actions/fields.ts';
import { AUTO_ASSIGNMENT_FIELDS } from '../../../../src/services/deployments/auto-assignments/fields.ts';
import { ROLLOUT_FIELDS } from '../../../../src/services/deployments/rollouts/fields.ts';
import { PENDING_TARGET_FIELDS } from '../../../../src/services/devices/pending-targets/fields.ts';
import { TARGET_FIELDS } from '../../../../src/services/fleet/targets/fields.ts';
import { DISTRIBUTION_SET_FIELDS } from '../../../../src/services/software/distribution-sets/fields.ts';
import { SOFTWARE_MODULE_FIELDS } from '../../../../src/services/software/software-modules/fields.ts';

/** All that reach into other things, with the tables whose rows are told whole with what is listed. */
export const FIELD_SETS: Record<string, { fields: FieldSet; own: readonly string[] }> = {
  targets: { fields: TARGET_FIELDS, own: [] },
  actions: { fields: ACTION_FIELDS, own: [] },
  rollouts: { fields: ROLLOUT_FIELDS, own: ['rollouts'] },
  autoAssignments: { fields: AUTO_ASSIGNMENT_FIELDS, own: [] },
  distributionSets: { fields: DISTRIBUTION_SET_FIELDS, own: ['distribution_sets'] },
  softwareModules: { fields: SOFTWARE_MODULE_FIELDS, own: ['software_modules'] },
  pendingTargets: { fields: PENDING_TARGET_FIELDS, own: [] },
};

/** The tables of what may be read by permissions of its own, or has a name that is told with something else. */
export const ENTITY_OF_TABLE: Readonly<Record<string, Entity>> = {
  target_types: 'targetType',
  target_tags: 'targetTag',
  distribution_sets: 'distributionSet',
  distribution_set_tags: 'distributionSetTag',
  distribution_set_types: 'distributionSetType',
  software_modules: 'softwareModule',
  software_module_types: 'softwareModuleType',
  rollouts: 'rollout',
  rollout_groups: 'rolloutGroup',
  enrollment_groups: 'enrollmentGroup',
};

function valueTold(field: Field) {
  if (field.kind === 'name') return field.among(sql`names`);
  return field.kind === 'set' || field.kind === 'map' ? field.value : field.column;
}

/** The columns of which a field's value is made, as far as they are of other things, or refer to them. */
export function entitiesToldBy(field: Field): Set<Entity> {
  const value = valueTold(field);
  const told = new Set<Entity>();
  for (const column of columnsIn(value)) {
    const entity = referredBy(column) ?? ENTITY_OF_TABLE[getTableName(column.table)];
    if (entity) told.add(entity);
  }
  return told;
}

function columnsIn(part: unknown): Column[] {
  if (is(part, Column)) return [part];
  return is(part, SQL) ? part.queryChunks.flatMap(columnsIn) : [];
}

/** What else a column is the id of, be it that no constraint says so. */
function referredBy(column: Column): Entity | undefined {
  const table = `${column.name.replace(/_id$/, '')}s`;
  if (column.name.endsWith('_id') && table in ENTITY_OF_TABLE) return ENTITY_OF_TABLE[table];
  for (const key of getTableConfig(column.table as PgTable).foreignKeys) {
    const { columns, foreignTable } = key.reference();
    if (columns.some(({ name }) => name === column.name && name !== 'tenant_id'))
      return ENTITY_OF_TABLE[getTableName(foreignTable)];
  }
  return undefined;
}
