import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetTypeNotFound } from '../../../errors.ts';
import { scopeCondition } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import type { RefusedRow } from './check.ts';
import { type Row, refusal } from './refusal.ts';

/**
 * Finds the staged rows' types and locks them, so that none is deleted meanwhile. A name is a key before it is an id.
 * @returns the rows with a type that isn't there, or that the caller may not read: they are no longer staged
 */
export async function resolveTypes(
  tx: Transaction,
  context: Context,
  lines: readonly number[],
): Promise<RefusedRow[]> {
  await tx.execute(sql`
    WITH named AS (SELECT DISTINCT target_type AS given FROM import_rows WHERE target_type IS NOT NULL),
      known AS (
        SELECT id, key FROM ${targetTypes}
        WHERE ${and(eq(targetTypes.tenantId, context.caller.tenantId), await scopeCondition(context, 'READ_TARGET_TYPE'))}
          AND (key IN (SELECT given FROM named) OR id::text IN (SELECT given FROM named))
        ORDER BY id
        FOR KEY SHARE)
    UPDATE import_rows SET target_type_id = coalesce(by_key.id, by_id.id)
    FROM named
    LEFT JOIN known AS by_key ON by_key.key = given
    LEFT JOIN known AS by_id ON by_id.id::text = given
    WHERE given = target_type`);
  const unknown = await tx.execute<Row & { target_type: string }>(sql`
    DELETE FROM import_rows WHERE target_type IS NOT NULL AND target_type_id IS NULL
    RETURNING n, controller_id, target_type`);
  return unknown.map((row) => refusal(lines, row, targetTypeNotFound(row.target_type, ['targetType'])));
}
