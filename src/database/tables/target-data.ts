import { sql } from 'drizzle-orm';
import { foreignKey, index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, lowered, reference } from './columns.ts';
import { targets } from './targets.ts';
import { tenantReference } from './tenants.ts';

const targetKey = {
  tenantId: reference('tenant_id').notNull(),
  targetId: reference('target_id').notNull(),
};

/** Characters of a metadata value in the index: no entry may be larger than a third of a page. */
export const METADATA_VALUE_HEAD = 128;

/** Notes about a target from administrators, as keys with values. */
export const targetMetadata = pgTable(
  'target_metadata',
  { ...targetKey, key: exactText('key').notNull(), value: exactText('value').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId, t.key] }),
    foreignKey({
      name: 'target_metadata_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
    index('target_metadata_value_idx').on(
      t.tenantId,
      lowered(t.key),
      sql`left(${lowered(t.value)}, ${sql.raw(String(METADATA_VALUE_HEAD))})`,
    ),
  ],
);

export const targetTags = pgTable(
  'target_tags',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description'),
    color: text('color'),
    ...authorship,
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] }), unique('target_tags_name_key').on(t.tenantId, t.name)],
);

export const targetTagAssignments = pgTable(
  'target_tag_assignments',
  { ...targetKey, tagId: reference('tag_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId, t.tagId] }),
    foreignKey({
      name: 'target_tag_assignments_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'target_tag_assignments_tag_fkey',
      columns: [t.tenantId, t.tagId],
      foreignColumns: [targetTags.tenantId, targetTags.id],
    }).onDelete('cascade'),
    index('target_tag_assignments_tag_idx').on(t.tenantId, t.tagId, t.targetId),
  ],
);

/** The targets whose actions are confirmed automatically; a target without a row is asked. */
export const targetAutoConfirm = pgTable(
  'target_auto_confirm',
  {
    ...targetKey,
    initiator: text('initiator'),
    remark: text('remark'),
    activatedAt: instant('activated_at').notNull(),
    activatedBy: text('activated_by').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId] }),
    foreignKey({
      name: 'target_auto_confirm_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
  ],
);

/** Target filters. */
export const targetFilters = pgTable(
  'target_filters',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    filter: text('filter').notNull(),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('target_filters_name_key').on(t.tenantId, t.name),
  ],
);
