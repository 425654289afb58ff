import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { lowered } from '../../../database/tables/columns.ts';
import { METADATA_VALUE_HEAD, targetMetadata } from '../../../database/tables/target-data.ts';
import { targetAttributes, targets } from '../../../database/tables/targets.ts';
import type { FoundField } from '../../../filters/fields.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Context } from '../../shared/context.ts';

/** How many values are suggested. */
export const MOST_VALUES = 20;

/** A value in use. */
export interface UsedValue {
  value: string;
  /** What it is called, for ids. */
  name: string | null;
}

/** Columns of targets with an index of their lower-case texts. */
const INDEXED: readonly SQLWrapper[] = [targets.controllerId, targets.name, targets.group];

const HELD = { attribute: targetAttributes, metadata: targetMetadata } as const;
type HeldTable = (typeof HELD)[keyof typeof HELD];
const heldBy = (field: FoundField): HeldTable | undefined =>
  field.kind === 'map' ? Object.values(HELD).find((table) => field.key === table.key) : undefined;

/** Values of what targets have: texts with an index, and attributes and metadata of a key. */
export async function valuesOfTargets(
  context: Context,
  field: FoundField,
  prefix: string,
): Promise<UsedValue[]> {
  if (field.kind === 'text' && INDEXED.includes(field.column))
    return textsOfTargets(context, field.column, prefix);
  const table = heldBy(field);
  if (!table || field.kind !== 'map') return [];
  const low = lowered(table.value);
  return heldTexts(context, table, prefix, {
    low: table === targetMetadata ? sql`left(${low}, ${sql.raw(String(METADATA_VALUE_HEAD))})` : low,
    shown: table.value,
    where: sql`${lowered(table.key)} = ${lowered(sql`${field.entry}::text`)}`,
  });
}

/** Keys of attributes or metadata that begin so. */
export function keysInUse(context: Context, field: FoundField, prefix: string): Promise<UsedValue[]> {
  const table = heldBy(field);
  if (!table) return Promise.resolve([]);
  return heldTexts(context, table, prefix, { low: lowered(table.key), shown: table.key });
}

interface IndexedText {
  /** What the index has. */
  low: SQL;
  shown: SQLWrapper;
  where?: SQL;
}

async function textsOfTargets(context: Context, column: SQLWrapper, prefix: string): Promise<UsedValue[]> {
  const scope = await scopeCondition(context, 'READ_TARGET');
  const where = and(eq(targets.tenantId, context.caller.tenantId), scope)!;
  return walk(context, targetsWith([scope]), prefix, { low: lowered(column), shown: column, where });
}

async function heldTexts(
  context: Context,
  table: HeldTable,
  prefix: string,
  { where, ...text }: IndexedText,
): Promise<UsedValue[]> {
  const inScope = await targetInScope(context, 'READ_TARGET', table.targetId);
  const whole = and(eq(table.tenantId, context.caller.tenantId), where, inScope)!;
  return walk(context, sql`${table}`, prefix, { ...text, where: whole });
}

/** Goes through an index from one text to the next different one, so that it reads few rows of however many. */
async function walk(
  { database }: Context,
  from: SQL,
  prefix: string,
  { low, shown, where }: IndexedText,
): Promise<UsedValue[]> {
  const start = lowered(sql`${prefix}::text`);
  const next = (condition: SQL) =>
    sql`SELECT ${low} AS low, ${shown} AS shown FROM ${from} WHERE ${where} AND ${condition} ORDER BY ${low} LIMIT 1`;
  const rows = await database.execute<{ shown: string }>(sql`
    WITH RECURSIVE used(low, shown, n) AS (
      SELECT first.low, first.shown, 1 FROM (${next(sql`${low} >= ${start}`)}) AS first
      UNION ALL
      SELECT following.low, following.shown, used.n + 1
      FROM used CROSS JOIN LATERAL (${next(sql`${low} > used.low`)}) AS following
      WHERE used.n < ${MOST_VALUES}::int AND starts_with(used.low, ${start})
    )
    SELECT shown FROM used WHERE starts_with(low, ${start}) ORDER BY n`);
  return rows.map(({ shown: value }) => ({ value, name: null }));
}
