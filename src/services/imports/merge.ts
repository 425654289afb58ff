import { sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import type { ImportMode } from '../../database/tables/imports.ts';
import { quotaExceeded, targetAlreadyExists } from '../../errors.ts';
import type { Context } from '../context.ts';
import { noteTokenRotations } from '../targets/token-rotation.ts';
import { type CheckedTarget, MOST_ENTRIES, type RefusedRow } from './check.ts';
import { prepareRows, refusal } from './prepare.ts';
import { isScoped, refuseUnreached, requireReached, Unreached } from './scope.ts';
import { kindsOf, LETTERS, type StagedTarget, stageRows } from './stage.ts';
import { mergeValues } from './values.ts';

/** What became of rows. */
export interface Merged {
  created: StagedTarget[];
  updated: StagedTarget[];
  refused: RefusedRow[];
  /** Updates beyond those of `updated`: rows of a target that an earlier row had brought. */
  repeated: number;
}

/** How the chunks of a file take turns: one is sent to the database while the one before is still being merged. */
export interface Staging {
  /** Called when the rows have been sent. */
  onStaged?: () => void;
  /** Nothing is written before this has come about. */
  turn?: Promise<void>;
}

/** Who writes, and when. */
export interface Author extends Context {
  now: Date;
}

/**
 * Creates the rows' targets, and with upsert changes those that exist. Rows whose targets would end up out of the
 * caller's scope are refused, and the others merged once more without them.
 */
export async function mergeRows(
  tx: Transaction,
  author: Author,
  mode: ImportMode,
  checked: readonly CheckedTarget[],
  staging: Staging = {},
): Promise<Merged> {
  if (!isScoped(author, mode)) return merge(tx, author, mode, checked, staging);
  const refused: RefusedRow[] = [];
  for (let rows = checked; ; ) {
    try {
      const merged = await tx.transaction((inner) => merge(inner, author, mode, rows, staging));
      return { ...merged, refused: [...refused, ...merged.refused] };
    } catch (error) {
      if (!(error instanceof Unreached)) throw error;
      const { faults } = error;
      for (const row of rows)
        if (faults.has(row.controllerId)) refused.push(refusal(row, faults.get(row.controllerId)!));
      rows = rows.filter(({ controllerId }) => !faults.has(controllerId));
    }
  }
}

/** In a fixed number of statements for any number of rows. @throws Unreached */
async function merge(
  tx: Transaction,
  author: Author,
  mode: ImportMode,
  checked: readonly CheckedTarget[],
  staging: Staging,
): Promise<Merged> {
  const { tenantId } = author.caller;
  const { rows, refused, repeated } = await prepareRows(tx, author, mode, checked);
  if (!rows.length) {
    await staging.turn;
    return { created: [], updated: [], refused, repeated };
  }
  await stageRows(tx, rows);
  staging.onStaged?.();
  await staging.turn;

  let existing = mode === 'upsert' ? await lockExisting(tx, tenantId) : 0;
  await insertTargets(tx, author);
  const kinds = kindsOf(rows);
  let missing = await missingRows(tx);
  if (mode === 'create') {
    for (const n of missing) refused.push(refusal(rows[n]!, targetAlreadyExists(rows[n]!.controllerId)));
  } else {
    // They were created by others between the two statements, so now they are there.
    for (; missing.length; missing = await missingRows(tx)) {
      existing += await lockExisting(tx, tenantId);
      await insertTargets(tx, author);
    }
    if (existing) refused.push(...(await refuseUnreached(tx, author, rows)));
    for (const kind of ['attribute', 'metadata'] as const)
      if (existing && kinds.has(kind)) refused.push(...(await refuseTooMany(tx, tenantId, kind, rows)));
  }
  await mergeValues(tx, author, kinds, { areNew: existing === 0 });
  if (mode === 'upsert') {
    if (existing) await noteNewTokens(tx, author);
    await updateTargets(tx, author);
  }
  if (isScoped(author, mode)) await requireReached(tx, author);
  return { ...(await outcome(tx, rows)), refused, repeated };
}

/** Finds the targets that exist and locks them. @returns how many */
async function lockExisting(tx: Transaction, tenantId: number): Promise<number> {
  const { count } = await tx.execute(sql`
    INSERT INTO import_ids (n, id, is_new)
    SELECT r.n, t.id, false
    FROM import_rows AS r JOIN targets AS t ON t.tenant_id = ${tenantId} AND t.controller_id = r.controller_id
    WHERE NOT EXISTS (SELECT FROM import_ids AS known WHERE known.n = r.n)
    ORDER BY t.id
    FOR NO KEY UPDATE OF t`);
  return count;
}

/** Inserts the rows that have no target yet, passing over a controllerId that exists all the same. */
async function insertTargets(tx: Transaction, { caller, now }: Author): Promise<void> {
  const at = sql`${now.toISOString()}::timestamptz`;
  await tx.execute(sql`
    WITH inserted AS (
      INSERT INTO targets (tenant_id, controller_id, name, description, "group", target_type_id, security_token,
                           request_attributes, update_status, created_at, created_by, last_modified_at,
                           last_modified_by)
      SELECT ${caller.tenantId}::bigint, controller_id, coalesce(name, left(controller_id, 128)), description,
             nullif("group", ''), target_type_id, coalesce(security_token, new_token),
             coalesce(request_attributes, true), 'registered', ${at}, ${caller.username}, ${at}, ${caller.username}
      FROM import_rows AS r
      WHERE NOT EXISTS (SELECT FROM import_ids AS known WHERE known.n = r.n)
      ORDER BY n
      ON CONFLICT ON CONSTRAINT targets_controller_id_key DO NOTHING
      RETURNING id, controller_id)
    INSERT INTO import_ids (n, id, is_new)
    SELECT r.n, inserted.id, true FROM inserted JOIN import_rows AS r USING (controller_id)`);
}

const noteNewTokens = (tx: Transaction, { caller, now }: Author): Promise<void> =>
  noteTokenRotations(
    tx,
    caller,
    now,
    sql`SELECT i.id, r.security_token AS token FROM import_ids AS i JOIN import_rows AS r USING (n)
        WHERE NOT i.is_new AND r.security_token IS NOT NULL`,
  );

/** What the file doesn't give stays. A request for attributes can only be made: the device ends it by answering. */
async function updateTargets(tx: Transaction, { caller, now }: Author): Promise<void> {
  await tx.execute(sql`
    UPDATE targets AS t
    SET name = coalesce(r.name, t.name),
        description = coalesce(r.description, t.description),
        "group" = CASE WHEN r."group" IS NULL THEN t."group" ELSE nullif(r."group", '') END,
        target_type_id = coalesce(r.target_type_id, t.target_type_id),
        security_token = coalesce(r.security_token, t.security_token),
        request_attributes = t.request_attributes OR coalesce(r.request_attributes, false),
        last_modified_at = ${now.toISOString()}::timestamptz,
        last_modified_by = ${caller.username}
    FROM import_ids AS i JOIN import_rows AS r USING (n)
    WHERE NOT i.is_new AND t.tenant_id = ${caller.tenantId} AND t.id = i.id`);
}

async function missingRows(tx: Transaction): Promise<number[]> {
  const rows = await tx.execute<{ n: number }>(sql`
    SELECT n FROM import_rows AS r WHERE NOT EXISTS (SELECT FROM import_ids AS i WHERE i.n = r.n) ORDER BY n`);
  return rows.map(({ n }) => n);
}

const QUOTAS: Record<'attribute' | 'metadata', { table: string; field: string; what: string }> = {
  attribute: { table: 'target_attributes', field: 'attributes', what: 'attributes of a target' },
  metadata: { table: 'target_metadata', field: 'metadata', what: 'metadata entries of a target' },
};

/** Takes out the rows whose targets would have too many of a kind. The targets are locked. */
async function refuseTooMany(
  tx: Transaction,
  tenantId: number,
  kind: 'attribute' | 'metadata',
  rows: readonly StagedTarget[],
): Promise<RefusedRow[]> {
  const { table, field, what } = QUOTAS[kind];
  const full = await tx.execute<{ n: number }>(sql`
    SELECT n FROM (
      SELECT i.n, stored.key FROM import_ids AS i
      JOIN ${sql.identifier(table)} AS stored ON stored.tenant_id = ${tenantId} AND stored.target_id = i.id
      WHERE NOT i.is_new
      UNION
      SELECT v.n, v.key COLLATE "C" FROM import_values AS v
      JOIN import_ids AS i ON i.n = v.n AND NOT i.is_new
      WHERE v.kind = ${LETTERS[kind]}
    ) AS together
    GROUP BY n HAVING count(*) > ${MOST_ENTRIES} ORDER BY n`);
  const numbers = full.map(({ n }) => n);
  if (numbers.length)
    await tx.execute(sql`DELETE FROM import_ids WHERE n = ANY(${arrayOf(numbers)}::integer[])`);
  return numbers.map((n) => refusal(rows[n]!, quotaExceeded(what, MOST_ENTRIES, [field])));
}

async function outcome(tx: Transaction, rows: readonly StagedTarget[]) {
  const [counted] = await tx.execute<{ existing: string; all: string }>(
    sql`SELECT count(*) FILTER (WHERE NOT is_new) AS existing, count(*) AS all FROM import_ids`,
  );
  // Nearly always every row is new: then none need be named.
  if (Number(counted?.existing) === 0 && Number(counted?.all) === rows.length)
    return { created: [...rows], updated: [] };
  const ids = await tx.execute<{ n: number; is_new: boolean }>(
    sql`SELECT n, is_new FROM import_ids ORDER BY n`,
  );
  const those = (isNew: boolean) => ids.filter((id) => id.is_new === isNew).map(({ n }) => rows[n]!);
  return { created: those(true), updated: those(false) };
}
