import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import type { Session } from '../../../database/built.ts';
import type { Transaction } from '../../../database/connect.ts';
import { fixed, preparedSql, preparedWith } from '../../../database/prepared.ts';
import { targetAttributes } from '../../../database/tables/targets.ts';
import { invalidAttributes, quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import type { Context } from '../../shared/context.ts';
import { targetInScope } from './scope.ts';

/** `merge` adds and overwrites, `replace` forgets all others, `remove` takes the named keys away. */
export const ATTRIBUTE_MODES = ['merge', 'replace', 'remove'] as const;
export type AttributeMode = (typeof ATTRIBUTE_MODES)[number];

/** A key with its value; null for none: such an attribute isn't stored. */
export type AttributeEntry = readonly [key: string, value: string | null];

/** Printable ASCII but `~` and the backquote, and white space; at most 128 of them (recorded of hawkBit). */
const ALLOWED = /^[a-zA-Z0-9_\-!@#$%^&*()+=[\]{}|;:'",.<>/\\? \t\n\v\f\r]{0,128}$/;
const isAllowed = (text: string) => ALLOWED.test(text);

/** @throws INVALID_ATTRIBUTES naming the key */
export function checkAttributes(entries: readonly AttributeEntry[]): void {
  const rule = 'must have 128 characters at the most, of printable ASCII without ~ and `';
  for (const [key, value] of entries) {
    if (!isAllowed(key))
      throw invalidAttributes(`attribute key '${key.slice(0, 128)}': ${rule}`, ['attributes', key]);
    if (value !== null && !isAllowed(value))
      throw invalidAttributes(`value of attribute '${key}': ${rule}`, ['attributes', key]);
  }
}

/** What is to be written of a target's attributes, and what is different then. */
export interface AttributeChange {
  gone: readonly string[];
  written: readonly (readonly [key: string, value: string])[];
  changed: FieldChanges;
  /** How many there are. */
  before: number;
  after: number;
}

/**
 * What checked entries change in the attributes of a target; undefined where nothing is different then.
 * @throws QUOTA_EXCEEDED where there would be more, beyond `most`
 */
export function attributeChange(
  before: readonly Attribute[],
  { mode, entries, most }: { mode: AttributeMode; entries: readonly AttributeEntry[]; most: number },
): AttributeChange | undefined {
  const known = new Map(before.map(({ key, value }) => [key, value]));
  const wanted = new Map(mode === 'replace' ? [] : known);
  for (const [key, value] of entries) {
    if (mode === 'remove' || value === null) wanted.delete(key);
    else wanted.set(key, value);
  }
  // Where a limit was lowered, one that has more keeps it.
  if (wanted.size > Math.max(most, known.size))
    throw quotaExceeded('attributes of a target', most, ['attributes']);

  const gone = [...known.keys()].filter((key) => !wanted.has(key));
  const written = [...wanted].filter(([key, value]) => known.get(key) !== value);
  if (!gone.length && !written.length) return undefined;
  const overwritten = before.filter(({ key, value }) => wanted.get(key) !== value);
  const old = Object.fromEntries(overwritten.map(({ key, value }) => [key, value]));
  const changed = { attributes: { old, new: Object.fromEntries(written) } };
  return { gone, written, changed, before: known.size, after: wanted.size };
}

/** Writes what changes in the attributes of targets of a tenant, whose rows are locked. */
export async function writeAttributes(
  tx: Transaction,
  tenantId: number,
  changes: ReadonlyMap<number, Pick<AttributeChange, 'gone' | 'written'>>,
): Promise<void> {
  const all = [...changes];
  const gone = all.flatMap(([targetId, change]) => change.gone.map((key) => ({ targetId, key })));
  const written = all.flatMap(([targetId, change]) =>
    change.written.map(([key, value]) => ({ targetId, key, value })),
  );
  const listsOf = (rows: readonly { targetId: number; key: string }[]) => ({
    tenantId,
    targetIds: arrayText(rows.map(({ targetId }) => targetId)),
    keys: arrayText(rows.map(({ key }) => key)),
  });
  if (gone.length) await deleteAttributes(tx).execute(listsOf(gone));
  if (written.length) {
    const values = arrayText(written.map(({ value }) => value));
    await insertAttributes(tx).execute({ ...listsOf(written), values });
  }
}

const given = sql.placeholder;
const deleteAttributes = preparedSql(
  () => sql`
    DELETE FROM ${targetAttributes}
    USING unnest(${given('targetIds')}::bigint[], ${given('keys')}::text[]) AS gone(target_id, key)
    WHERE ${targetAttributes.tenantId} = ${given('tenantId')} AND ${targetAttributes.targetId} = gone.target_id
      AND ${targetAttributes.key} = gone.key`,
);
const insertAttributes = preparedSql(
  () => sql`
    INSERT INTO ${targetAttributes} (tenant_id, target_id, key, value)
    SELECT ${given('tenantId')}::bigint, target_id, key, value
    FROM unnest(${given('targetIds')}::bigint[], ${given('keys')}::text[], ${given('values')}::text[])
      AS rows(target_id, key, value)
    ON CONFLICT (tenant_id, target_id, key) DO UPDATE SET value = excluded.value`,
);

export interface Attribute {
  key: string;
  value: string;
}

/** The attributes of many targets, by target id, each in the order of the keys. Needs READ_TARGET. */
export async function findAttributes(
  context: Context,
  targetIds: readonly number[],
): Promise<Map<number, Attribute[]>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const readable = await targetInScope(context, 'READ_TARGET', targetAttributes.targetId);
  const rows = await attributesOf(context.database, tenantId, targetIds, readable);
  const found = new Map<number, Attribute[]>(targetIds.map((id) => [id, []]));
  for (const { targetId, key, value } of rows) found.get(targetId)?.push({ key, value });
  return found;
}

/** The attributes of targets of a tenant, in the order of the targets and the keys. */
export const attributesOf = (
  session: Session,
  tenantId: number,
  targetIds: readonly number[],
  readable: SQL = ALL,
): Promise<(Attribute & { targetId: number })[]> =>
  readAttributes(session, { readable }, { tenantId, targetIds: arrayText(targetIds) });

const ALL = fixed(sql`true`);
const readAttributes = preparedWith((database, { readable }: { readable: SQL }) =>
  database
    .select({
      targetId: targetAttributes.targetId,
      key: targetAttributes.key,
      value: targetAttributes.value,
    })
    .from(targetAttributes)
    .where(
      and(
        eq(targetAttributes.tenantId, given('tenantId')),
        sql`${targetAttributes.targetId} = ANY(${given('targetIds')}::bigint[])`,
        readable,
      ),
    )
    .orderBy(targetAttributes.targetId, targetAttributes.key),
);
