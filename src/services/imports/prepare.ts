import { and, eq, or, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import type { ImportMode } from '../../database/tables/imports.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { type DomainError, targetAlreadyExists, targetTypeNotFound } from '../../errors.ts';
import { reach } from '../access/scopes.ts';
import type { Context } from '../context.ts';
import { isStorableText } from '../text.ts';
import type { CheckedTarget, RefusedRow } from './check.ts';
import type { Entry } from './source.ts';
import type { StagedTarget } from './stage.ts';

export interface PreparedRows {
  /** No controllerId twice. */
  rows: StagedTarget[];
  refused: RefusedRow[];
  /** Rows that changed what an earlier one of these brought. */
  repeated: number;
}

/** Looks up the rows' types, and refuses repeated rows, or, where rows may update, makes one of them. */
export async function prepareRows(
  tx: Transaction,
  context: Context,
  mode: ImportMode,
  checked: readonly CheckedTarget[],
): Promise<PreparedRows> {
  const types = await typeIds(tx, context, checked);
  const places = new Map<string, number>();
  const prepared: PreparedRows = { rows: [], refused: [], repeated: 0 };
  for (const row of checked) {
    const targetTypeId = row.targetType === null ? null : types.get(row.targetType);
    const place = places.get(row.controllerId);
    if (targetTypeId === undefined)
      prepared.refused.push(refusal(row, targetTypeNotFound(row.targetType!, ['targetType'])));
    else if (place === undefined) {
      places.set(row.controllerId, prepared.rows.length);
      prepared.rows.push({ ...row, targetTypeId });
    } else if (mode === 'create') prepared.refused.push(refusal(row, targetAlreadyExists(row.controllerId)));
    else {
      prepared.rows[place] = merged(prepared.rows[place]!, { ...row, targetTypeId });
      prepared.repeated++;
    }
  }
  return prepared;
}

/** Refuses a row for what the database knows. */
export function refusal({ line, controllerId }: CheckedTarget, error: DomainError): RefusedRow {
  const { code, message, details } = error;
  return { line, controllerId, faults: [{ field: details.path?.join('.') ?? '', code, message }] };
}

/** The ids of the named types, locked so that none is deleted meanwhile. A name is a key before it is an id. */
async function typeIds(
  tx: Transaction,
  context: Context,
  rows: readonly CheckedTarget[],
): Promise<Map<string, number>> {
  const names = [...new Set(rows.flatMap(({ targetType }) => targetType ?? []))].filter(isStorableText);
  if (!names.length) return new Map();
  const ids = names.filter((name) => /^\d{1,15}$/.test(name));
  const found = await tx
    .select({ id: targetTypes.id, key: targetTypes.key })
    .from(targetTypes)
    .where(
      and(
        eq(targetTypes.tenantId, context.caller.tenantId),
        await reach(context, 'READ_TARGET_TYPE'),
        or(
          sql`${targetTypes.key} = ANY(${arrayOf(names)}::text[])`,
          sql`${targetTypes.id} = ANY(${arrayOf(ids)}::bigint[])`,
        ),
      ),
    )
    .orderBy(targetTypes.id)
    .for('key share');
  return new Map([
    ...found.map(({ id }) => [String(id), id] as const),
    ...found.map(({ id, key }) => [key, id] as const),
  ]);
}

/** What a later row gives stands over what an earlier one of the same target gave. */
function merged(earlier: StagedTarget, later: StagedTarget): StagedTarget {
  const given = Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null));
  const entries = (kind: 'attributes' | 'metadata'): Entry[] => [
    ...new Map([...earlier[kind], ...later[kind]]),
  ];
  return {
    ...earlier,
    ...given,
    tags: [...new Set([...earlier.tags, ...later.tags])],
    attributes: entries('attributes'),
    metadata: entries('metadata'),
  };
}
