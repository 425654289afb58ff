import { sql } from 'drizzle-orm';
import { boolean, foreignKey, index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, reference } from './columns.ts';
import { softwareModules, softwareModuleTypes } from './software.ts';
import { targetTypes } from './target-types.ts';
import { tenantReference } from './tenants.ts';

export const distributionSetTypes = pgTable(
  'distribution_set_types',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    key: exactText('key').notNull(),
    name: exactText('name').notNull(),
    description: text('description'),
    color: text('color'),
    /** It was deleted while a distribution set had it. */
    deleted: boolean('deleted').notNull().default(false),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('distribution_set_types_key_key').on(t.tenantId, t.key),
    unique('distribution_set_types_name_key').on(t.tenantId, t.name),
  ],
);

/** The module types that sets of a type can have; a set is complete if it has all mandatory ones. */
export const distributionSetTypeModuleTypes = pgTable(
  'distribution_set_type_module_types',
  {
    tenantId: reference('tenant_id').notNull(),
    setTypeId: reference('set_type_id').notNull(),
    moduleTypeId: reference('module_type_id').notNull(),
    mandatory: boolean('mandatory').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'distribution_set_type_module_types_pkey',
      columns: [t.tenantId, t.setTypeId, t.moduleTypeId],
    }),
    foreignKey({
      name: 'distribution_set_type_module_types_set_type_fkey',
      columns: [t.tenantId, t.setTypeId],
      foreignColumns: [distributionSetTypes.tenantId, distributionSetTypes.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'distribution_set_type_module_types_module_type_fkey',
      columns: [t.tenantId, t.moduleTypeId],
      foreignColumns: [softwareModuleTypes.tenantId, softwareModuleTypes.id],
    }),
    index('distribution_set_type_module_types_module_type_idx').on(t.tenantId, t.moduleTypeId),
  ],
);

/** The set types that are compatible with targets of a type; a type without a row takes any. */
export const targetTypeSetTypes = pgTable(
  'target_type_set_types',
  {
    tenantId: reference('tenant_id').notNull(),
    targetTypeId: reference('target_type_id').notNull(),
    setTypeId: reference('set_type_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetTypeId, t.setTypeId] }),
    foreignKey({
      name: 'target_type_set_types_target_type_fkey',
      columns: [t.tenantId, t.targetTypeId],
      foreignColumns: [targetTypes.tenantId, targetTypes.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'target_type_set_types_set_type_fkey',
      columns: [t.tenantId, t.setTypeId],
      foreignColumns: [distributionSetTypes.tenantId, distributionSetTypes.id],
    }).onDelete('cascade'),
    index('target_type_set_types_set_type_idx').on(t.tenantId, t.setTypeId),
  ],
);

export const distributionSets = pgTable(
  'distribution_sets',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    typeId: reference('type_id').notNull(),
    name: exactText('name').notNull(),
    version: exactText('version').notNull(),
    description: text('description'),
    requiredMigrationStep: boolean('required_migration_step').notNull(),
    locked: boolean('locked').notNull().default(false),
    /** False for good once the set was invalidated. */
    valid: boolean('valid').notNull().default(true),
    /** It was deleted while history referred to it. */
    deleted: boolean('deleted').notNull().default(false),
    /** RSQL: the targets that it is for; null if it is for all. */
    targetFilter: text('target_filter'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('distribution_sets_version_key').on(t.tenantId, t.name, t.version),
    foreignKey({
      name: 'distribution_sets_type_fkey',
      columns: [t.tenantId, t.typeId],
      foreignColumns: [distributionSetTypes.tenantId, distributionSetTypes.id],
    }),
    index('distribution_sets_type_idx').on(t.tenantId, t.typeId),
    // The newest sets that say whom they are for are found without the others.
    index('distribution_sets_with_filter_idx')
      .on(t.tenantId, t.id)
      .where(sql`${t.targetFilter} IS NOT NULL AND ${t.valid} AND NOT ${t.deleted}`),
  ],
);

const setKey = {
  tenantId: reference('tenant_id').notNull(),
  setId: reference('set_id').notNull(),
};

export const distributionSetModules = pgTable(
  'distribution_set_modules',
  { ...setKey, moduleId: reference('module_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.setId, t.moduleId] }),
    foreignKey({
      name: 'distribution_set_modules_set_fkey',
      columns: [t.tenantId, t.setId],
      foreignColumns: [distributionSets.tenantId, distributionSets.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'distribution_set_modules_module_fkey',
      columns: [t.tenantId, t.moduleId],
      foreignColumns: [softwareModules.tenantId, softwareModules.id],
    }),
    index('distribution_set_modules_module_idx').on(t.tenantId, t.moduleId),
  ],
);

export const distributionSetMetadata = pgTable(
  'distribution_set_metadata',
  { ...setKey, key: exactText('key').notNull(), value: exactText('value').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.setId, t.key] }),
    foreignKey({
      name: 'distribution_set_metadata_set_fkey',
      columns: [t.tenantId, t.setId],
      foreignColumns: [distributionSets.tenantId, distributionSets.id],
    }).onDelete('cascade'),
  ],
);

export const distributionSetTags = pgTable(
  'distribution_set_tags',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description'),
    color: text('color'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('distribution_set_tags_name_key').on(t.tenantId, t.name),
  ],
);

export const distributionSetTagAssignments = pgTable(
  'distribution_set_tag_assignments',
  { ...setKey, tagId: reference('tag_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.setId, t.tagId] }),
    foreignKey({
      name: 'distribution_set_tag_assignments_set_fkey',
      columns: [t.tenantId, t.setId],
      foreignColumns: [distributionSets.tenantId, distributionSets.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'distribution_set_tag_assignments_tag_fkey',
      columns: [t.tenantId, t.tagId],
      foreignColumns: [distributionSetTags.tenantId, distributionSetTags.id],
    }).onDelete('cascade'),
    index('distribution_set_tag_assignments_tag_idx').on(t.tenantId, t.tagId, t.setId),
  ],
);
