import { and, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetAttributes, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected, type FieldChanges } from '../../platform/audit/record.ts';
import { type Growth, recordNear } from '../../platform/near-limits.ts';
import { targetLimit } from '../../platform/quotas.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { selectionFields } from '../../shared/selection.ts';
import {
  ATTRIBUTE_MODES,
  type Attribute,
  type AttributeChange,
  type AttributeEntry,
  attributeChange,
  attributesOf,
  checkAttributes,
  writeAttributes,
} from './attributes.ts';
import {
  type Concerned,
  countSelected,
  type SelectedTarget,
  selectTargetIds,
  type TargetSelection,
} from './selection.ts';
import { updateSelected } from './update-selected.ts';

export const SetTargetAttributes = z.object({
  ...selectionFields,
  attributes: listOf(z.object({ key: z.string(), value: z.string().nullish() })),
  mode: z.enum(ATTRIBUTE_MODES).default('merge'),
  dryRun: z.boolean().nullish(),
});
export type SetTargetAttributes = z.input<typeof SetTargetAttributes>;
type Wanted = Pick<z.output<typeof SetTargetAttributes>, 'attributes' | 'mode'>;

/**
 * Changes attributes in the place of the devices: of the named targets, all or none, or of all that match a filter. Needs
 * UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many targets are different now
 * @throws TARGET_NOT_FOUND, INVALID_ATTRIBUTES, QUOTA_EXCEEDED, INVALID_INPUT, the filter's errors
 */
export async function setTargetAttributes(context: Context, input: SetTargetAttributes): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, attributes, mode, ...selection } = parse(SetTargetAttributes, input);
  const wanted = { attributes, mode };
  if (!dryRun) return (await changeBy(context, (step) => setAttributesOf(step, selection, wanted))).length;
  return countSelected(context, 'UPDATE_TARGET', selection, concernedBy(tenantId, wanted));
}

/** The work of `setTargetAttributes`. @returns the controllerIds of the targets that are different now */
export async function setAttributesOf(
  { tx, context, changes }: Step,
  selection: TargetSelection,
  wanted: Wanted,
): Promise<string[]> {
  const { tenantId } = context.caller;
  const entries = entriesOf(wanted);
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const most = await targetLimit(tx, tenantId, 'target_attributes');
  const changed: SelectedTarget[] = [];
  const grown: Growth[] = [];
  let only: FieldChanges | undefined;
  for (const chunk of chunks(selected, TARGETS_AT_ONCE)) {
    const held = await attributesOfEach(tx, tenantId, chunk);
    const different = new Map<number, AttributeChange>();
    for (const target of chunk) {
      const change = attributeChange(held.get(target.id)!, { mode: wanted.mode, entries, most });
      if (!change) continue;
      different.set(target.id, change);
      changed.push(target);
      grown.push({ controllerId: target.controllerId, before: change.before, after: change.after });
      only = change.changed;
    }
    await writeAttributes(tx, tenantId, different);
  }
  const controllerIds = await updateSelected(tx, tenantId, changed, {
    values: modificationStamp(context),
    different: sql`TRUE`,
  });
  changes.targetsInScope(controllerIds);
  const isOne = selection.filter == null && controllerIds.length === 1;
  changes.record({
    type: 'target.attributes-set',
    ...affected(selection, controllerIds),
    changes: isOne ? only : describe(wanted.mode, entries),
  });
  recordNear(changes, { kind: 'target_attributes', most }, grown);
  return controllerIds;
}

/** Most have a hundred attributes at the most. */
const TARGETS_AT_ONCE = 500;

async function attributesOfEach(tx: Transaction, tenantId: number, selected: readonly SelectedTarget[]) {
  const ids = selected.map(({ id }) => id);
  const held = new Map<number, Attribute[]>(ids.map((id) => [id, []]));
  for (const row of await attributesOf(tx, tenantId, ids)) held.get(row.targetId)!.push(row);
  return held;
}

/** @throws INVALID_ATTRIBUTES */
function entriesOf({ attributes }: Wanted): AttributeEntry[] {
  const entries = attributes.map(({ key, value }): AttributeEntry => [key, value ?? null]);
  checkAttributes(entries);
  return entries;
}

/** Of many targets the audit trail keeps what was wanted; of one also what was there before. */
function describe(mode: Wanted['mode'], entries: readonly AttributeEntry[]): FieldChanges {
  const gone = entries.filter(([, value]) => mode === 'remove' || value === null).map(([key]) => key);
  const written = entries.filter(([, value]) => mode !== 'remove' && value !== null);
  return {
    attributes: {
      ...(gone.length && { old: gone }),
      ...(written.length && { new: Object.fromEntries(written) }),
    },
    mode: { new: mode },
  };
}

/** Which targets are not yet as they are to be. */
function concernedBy(tenantId: number, wanted: Wanted): Concerned {
  const last = [...new Map(entriesOf(wanted))];
  const keysOf = (entries: readonly AttributeEntry[]) => sql`${arrayOf(entries.map(([key]) => key))}::text[]`;
  const having = (which: SQL) => sql`
    SELECT target_id FROM ${targetAttributes} WHERE tenant_id = ${tenantId} AND ${which}`;
  if (wanted.mode === 'remove')
    return { different: sql`${targets.id} IN (${having(sql`key = ANY(${keysOf(last)})`)})` };
  // NOT IN would go through all of a large set for each target.
  const lacking = (which: SQL) => sql`NOT EXISTS (
    SELECT FROM ${targetAttributes} AS held
    WHERE held.tenant_id = ${tenantId} AND held.target_id = wanted.id AND ${which})`;
  const values = last.flatMap(([key, value]) =>
    value === null ? [] : having(sql`key = ${key} AND value = ${value}`),
  );
  const unwanted =
    wanted.mode === 'replace'
      ? [lacking(sql`held.key <> ALL(${keysOf(last.filter(([, value]) => value !== null))})`)]
      : last.flatMap(([key, value]) => (value === null ? lacking(sql`held.key = ${key}`) : []));
  const all = sql`SELECT id FROM ${targets} WHERE tenant_id = ${tenantId}`;
  const candidates = values.length ? sql.join(values, sql` INTERSECT `) : all;
  return {
    same: sql`SELECT id FROM (${candidates}) AS wanted(id) WHERE ${and(sql`TRUE`, ...unwanted)}`,
  };
}
