import { sql } from 'drizzle-orm';
import { analyzeGrown } from '../../../database/analyze.ts';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetAlreadyExists } from '../../../errors.ts';
import { requireGroupQuota } from '../../platform/quotas.ts';
import { noteTokenRotations } from '../targets/token-rotation.ts';
import type { RefusedRow } from './check.ts';
import type { Chunk } from './chunk.ts';
import type { ImportRecord } from './find.ts';
import { keepLimits, type Near } from './limits.ts';
import { type Row, refusal } from './refusal.ts';
import { isScoped, RowsOutOfScope, refuseOutOfScope, requireAllInScope } from './scope.ts';
import { resolveTypes } from './types.ts';
import { type Importer, mergeValues } from './values.ts';

/** What became of a chunk's good rows. */
export interface Merged {
  created: number;
  updated: number;
  refused: RefusedRow[];
  /** The rows whose target an earlier row of the file had changed. */
  repeated: Row[];
  /** The targets that have more of something than before, and are near the limit of it. */
  near: Near[];
}

/** What merging must know of an import: its mode, and the transactions by which it changed targets before. */
type Begun = Pick<ImportRecord, 'mode' | 'transactions'>;

/**
 * Creates the staged rows' targets, and with upsert changes those that exist. A row that repeats an earlier one's
 * target meets it as one that exists. Rows whose targets would end up out of the caller's scope are refused, and the
 * others merged once more without them.
 */
export async function mergeRows(
  tx: Transaction,
  author: Importer,
  begun: Begun,
  chunk: Chunk,
): Promise<Merged> {
  if (!isScoped(author, begun.mode)) return merge(tx, author, begun, chunk);
  for (const refused: RefusedRow[] = []; ; ) {
    try {
      const merged = await tx.transaction((inner) => merge(inner, author, begun, chunk));
      return { ...merged, refused: [...refused, ...merged.refused] };
    } catch (error) {
      if (!(error instanceof RowsOutOfScope)) throw error;
      const { faults } = error;
      const rows = await tx.execute<Row>(sql`
        DELETE FROM import_rows WHERE controller_id = ANY(${arrayOf([...faults.keys()])}::text[])
        RETURNING n, controller_id`);
      for (const row of rows) refused.push(refusal(chunk.lines, row, faults.get(row.controller_id)!));
    }
  }
}

/** In a fixed number of statements for any number of rows. @throws RowsOutOfScope */
async function merge(
  tx: Transaction,
  author: Importer,
  { mode, transactions }: Begun,
  chunk: Chunk,
): Promise<Merged> {
  const { lines, kinds } = chunk;
  const { tenantId } = author.caller;
  const refused = kinds.has('type') ? await resolveTypes(tx, author, lines) : [];
  let updated = mode === 'upsert' ? await lockExisting(tx, tenantId, transactions) : 0;
  let created = await insertTargets(tx, author);
  let missing = await missingRows(tx);
  if (mode === 'create') {
    for (const row of missing) refused.push(refusal(lines, row, targetAlreadyExists(row.controller_id)));
  } else {
    // An earlier row, or somebody else, created them meanwhile, so now they are there.
    for (; missing.length; missing = await missingRows(tx)) {
      updated += await lockExisting(tx, tenantId, transactions);
      created += await insertTargets(tx, author);
    }
  }
  const outside = updated ? await refuseOutOfScope(tx, author, lines) : [];
  const kept = await keepLimits(tx, tenantId, chunk, updated > 0);
  const more = [...outside, ...kept.refused];
  updated -= more.length;
  refused.push(...more);
  // PostgreSQL keeps its plan of a foreign key's check: one for a few targets took twenty times as long for each attribute.
  await analyzeGrown(tx, targets, created);
  await mergeValues(tx, author, kinds, { areNew: updated === 0 });
  if (updated) {
    await noteNewTokens(tx, author);
    await updateTargets(tx, author);
  }
  if (kinds.has('group')) await requireGroupQuota(tx, tenantId);
  if (isScoped(author, mode)) await requireAllInScope(tx, author);
  return { created, updated, refused, repeated: updated ? await repeatedRows(tx) : [], near: kept.near };
}

/**
 * Finds the targets that exist and locks them. The transaction that wrote a target last says whether this import did. If
 * somebody else has changed it since, a warning is missing; to remember all ids would cost a fifth of the speed.
 * @returns of how many rows
 */
async function lockExisting(
  tx: Transaction,
  tenantId: number,
  transactions: readonly number[],
): Promise<number> {
  const { count } = await tx.execute(sql`
    INSERT INTO import_ids (n, id, is_new, is_own)
    SELECT r.n, t.id, false, t.xmin::text::bigint = ANY(${arrayOf(transactions)}::bigint[])
    FROM (SELECT n, controller_id FROM import_rows AS r
          WHERE NOT EXISTS (SELECT FROM import_ids AS known WHERE known.n = r.n)) AS r
    JOIN targets AS t ON t.tenant_id = ${tenantId} AND t.controller_id = r.controller_id
    ORDER BY t.id
    FOR NO KEY UPDATE OF t`);
  return count;
}

/**
 * Inserts the rows that have no target yet, passing over a controllerId that exists all the same. Ids are drawn in the
 * order of the file; rows go in by controllerId, as all that create targets do, so that none waits for another for ever.
 * @returns how many
 */
async function insertTargets(tx: Transaction, { caller, now }: Importer): Promise<number> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const { count } = await tx.execute(sql`
    WITH inserted AS (
      INSERT INTO targets (tenant_id, id, controller_id, name, description, "group", target_type_id, security_token,
                           request_attributes, update_status, created_at, created_by, last_modified_at,
                           last_modified_by)
      OVERRIDING SYSTEM VALUE
      SELECT ${caller.tenantId}::bigint, id, controller_id, coalesce(name, new_name, controller_id), description,
             nullif("group", ''), target_type_id, coalesce(security_token, new_token),
             coalesce(request_attributes, true), 'registered', ${at}, ${caller.username}, ${at}, ${caller.username}
      FROM (
        SELECT nextval('targets_id_seq') AS id, r.* FROM import_rows AS r
        WHERE NOT EXISTS (SELECT FROM import_ids AS known WHERE known.n = r.n)
        ORDER BY n
      ) AS r
      ORDER BY controller_id, n
      ON CONFLICT ON CONSTRAINT targets_controller_id_key DO NOTHING
      RETURNING id, controller_id)
    INSERT INTO import_ids (n, id, is_new)
    SELECT min(r.n), inserted.id, true
    FROM inserted JOIN import_rows AS r USING (controller_id)
    GROUP BY inserted.id`);
  return count;
}

/** Of rows of the same target the last that gives a token counts. */
const noteNewTokens = (tx: Transaction, author: Importer): Promise<void> =>
  noteTokenRotations(
    tx,
    author,
    sql`SELECT DISTINCT ON (i.id) i.id, r.security_token AS token
        FROM import_ids AS i JOIN import_rows AS r USING (n)
        WHERE NOT i.is_new AND r.security_token IS NOT NULL
        ORDER BY i.id, n DESC`,
  );

/**
 * Changes the targets by what their rows give, the last of them before all others; what none gives stays. A request
 * for attributes can only be made: the device ends it by answering.
 */
async function updateTargets(tx: Transaction, { caller, now }: Importer): Promise<void> {
  const last = (name: string) => {
    const column = sql.identifier(name);
    return sql`(array_agg(${column} ORDER BY n DESC) FILTER (WHERE ${column} IS NOT NULL))[1] AS ${column}`;
  };
  const columns = ['name', 'description', 'group', 'target_type_id', 'security_token'].map(last);
  await tx.execute(sql`
    UPDATE targets AS t
    SET name = coalesce(given.name, t.name),
        description = coalesce(given.description, t.description),
        "group" = CASE WHEN given."group" IS NULL THEN t."group" ELSE nullif(given."group", '') END,
        target_type_id = coalesce(given.target_type_id, t.target_type_id),
        security_token = coalesce(given.security_token, t.security_token),
        request_attributes = t.request_attributes OR coalesce(given.request_attributes, false),
        last_modified_at = ${now.toISOString()}::timestamptz,
        last_modified_by = ${caller.username}
    FROM (
      SELECT i.id, ${sql.join(columns, sql`, `)}, bool_or(request_attributes) AS request_attributes
      FROM import_ids AS i JOIN import_rows AS r USING (n)
      WHERE NOT i.is_new
      GROUP BY i.id
    ) AS given
    WHERE t.tenant_id = ${caller.tenantId} AND t.id = given.id`);
}

/** The rows whose target an earlier row had changed: one of this chunk, or one of a chunk before. */
const repeatedRows = (tx: Transaction): Promise<Row[]> =>
  tx.execute<Row>(sql`
    SELECT n, controller_id
    FROM (SELECT n, is_own, min(n) OVER (PARTITION BY id) AS first FROM import_ids) AS i JOIN import_rows USING (n)
    WHERE is_own OR first < n
    ORDER BY n`);

/** How PostgreSQL notes in rows who wrote them: the transaction that changed the chunk's targets, or a part of it. */
export async function writingTransaction(tx: Transaction, { caller }: Importer): Promise<number | undefined> {
  const [row] = await tx.execute<{ xmin: string }>(sql`
    SELECT xmin::text FROM targets
    WHERE tenant_id = ${caller.tenantId} AND id = (SELECT id FROM import_ids LIMIT 1)`);
  return row && Number(row.xmin);
}

async function missingRows(tx: Transaction): Promise<Row[]> {
  return tx.execute<Row>(sql`
    SELECT n, controller_id FROM import_rows AS r
    WHERE NOT EXISTS (SELECT FROM import_ids AS i WHERE i.n = r.n) ORDER BY n`);
}
