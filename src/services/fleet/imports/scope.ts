import { sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import type { ImportMode } from '../../../database/tables/imports.ts';
import { targets } from '../../../database/tables/targets.ts';
import { type DomainError, outOfScope } from '../../../errors.ts';
import { asItWouldBe, findOutOfScope } from '../../access/in-scope.ts';
import { isUnscoped } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { targetsAs } from '../targets/scope.ts';
import type { RefusedRow } from './check.ts';
import { type Row, refusal } from './refusal.ts';

/** Whether the caller may create some targets only, or change some only. */
export const isScoped = (context: Context, mode: ImportMode): boolean =>
  !isUnscoped(context, 'CREATE_TARGET') || (mode === 'upsert' && !isUnscoped(context, 'UPDATE_TARGET'));

const created = sql`${targets.id} IN (SELECT id FROM import_ids WHERE is_new)`;
const existing = sql`${targets.id} IN (SELECT id FROM import_ids WHERE NOT is_new)`;

const existedBefore = sql`${existing} AND NOT ${created}`;

/** Takes out the rows of targets that existed and that the caller may not change. */
export async function refuseOutOfScope(
  tx: Transaction,
  context: Context,
  lines: readonly number[],
): Promise<RefusedRow[]> {
  const notInScope = await findOutOfScope(tx, context, targetsAs('UPDATE_TARGET'), existedBefore);
  if (!notInScope.length) return [];
  const ids = notInScope.map(({ id }) => id);
  const removed = await tx.execute<Row>(sql`
    DELETE FROM import_ids AS i USING import_rows AS r
    WHERE r.n = i.n AND i.id = ANY(${arrayOf(ids)}::bigint[])
    RETURNING r.n, r.controller_id`);
  return removed.map((row) => refusal(lines, row, outOfScope('UPDATE_TARGET', `'${row.controller_id}'`)));
}

/** Targets that would end up out of the caller's scope, each with what is wrong. */
export class RowsOutOfScope extends Error {
  constructor(readonly faults: ReadonlyMap<string, DomainError>) {
    super('rows out of scope');
  }
}

/** Once all is written, what the targets belong to can be read. @throws RowsOutOfScope */
export async function requireAllInScope(tx: Transaction, context: Context): Promise<void> {
  const faults = new Map<string, DomainError>();
  for (const { title } of await findOutOfScope(tx, context, targetsAs('CREATE_TARGET'), created))
    faults.set(title, outOfScope('CREATE_TARGET', asItWouldBe(title)));
  for (const { title } of await findOutOfScope(tx, context, targetsAs('UPDATE_TARGET'), existing))
    faults.set(title, outOfScope('UPDATE_TARGET', asItWouldBe(title)));
  if (faults.size) throw new RowsOutOfScope(faults);
}
