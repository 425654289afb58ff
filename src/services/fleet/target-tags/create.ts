import { sql } from 'drizzle-orm';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { type DomainError, targetTagAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationRecord } from '../../platform/audit/record.ts';
import {
  type Batch,
  copyOf,
  type ErrorPolicy,
  faultsOf,
  type Identity,
  isRejected,
  readBatch,
  refuse,
  refuseTaken,
  standing,
} from '../../shared/batch.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/removal.ts';
import type { TargetTag } from './find.ts';
import { type NewTargetTag, TargetTagInput } from './input.ts';

export interface CreateTargetTags {
  targetTags: readonly TargetTagInput[];
  /** REJECT_ALL (the default): one bad row and none is created. REJECT_FAILED_ROWS: the good ones are. */
  errorPolicy?: ErrorPolicy;
  /** Checks everything, the stored rows included, and creates nothing. */
  dryRun?: boolean;
}

/** `targetTags` are in the order of the input; `faults` say what is wrong with which row, in that order too. */
export interface CreatedTargetTags {
  targetTags: TargetTag[];
  faults: DomainError[];
}

/**
 * Creates target tags. Needs CREATE_TARGET. What is wrong with rows is returned, not thrown; with REJECT_ALL nothing
 * is created then. Nothing is announced: no target has a new tag yet.
 */
export async function createTargetTags(
  context: Context,
  input: CreateTargetTags,
): Promise<CreatedTargetTags> {
  const { tenantId, username } = requirePermission(context, 'CREATE_TARGET');
  const { errorPolicy = 'REJECT_ALL', dryRun } = input;
  const checked = await readBatch(TargetTagInput, input.targetTags, 'targetTags');
  refuseTaken(checked, [IDENTITY]);
  if (isRejected(checked, errorPolicy)) return { targetTags: [], faults: faultsOf(checked) };

  const made: Authorship = { at: context.clock(), by: username };
  return change(
    context,
    async (tx, changes) => {
      const batch = copyOf(checked);
      // With the same names in another order they would block each other.
      await lockCreations(tx, 'target_tags', tenantId);
      const ids = await insertTags(tx, tenantId, standing(batch), made);
      refuseExisting(batch, ids);
      if (isRejected(batch, errorPolicy)) return changes.undo({ targetTags: [], faults: faultsOf(batch) });
      const view = createdView(made);
      const created = standing(batch).map((row) => view(row, ids.get(row.name)!));
      changes.record(creationRecord('target-tag.created', [...ids.keys()], standing(batch)));
      return { targetTags: created, faults: faultsOf(batch) };
    },
    { dryRun },
  );
}

interface Authorship {
  at: Date;
  by: string;
}

const IDENTITY: Identity<NewTargetTag> = {
  of: ({ name }) => name,
  fault: ({ name }) => targetTagAlreadyExists(name),
};

/** Inserts rows, passing over a name that exists. The ids of those inserted, by name. */
async function insertTags(
  tx: Transaction,
  tenantId: number,
  rows: NewTargetTag[],
  { at, by }: Authorship,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const chunk of chunks(rows)) {
    const list = <K extends keyof NewTargetTag>(field: K) => chunk.map((row) => row[field]);
    const inserted = await tx.execute<{ id: string; name: string }>(sql`
      ${insertFromArrays(
        targetTags,
        { name: list('name'), description: list('description'), colour: list('colour') },
        { tenantId, createdAt: at, createdBy: by, lastModifiedAt: at, lastModifiedBy: by },
      )}
      ON CONFLICT ON CONSTRAINT target_tags_name_key DO NOTHING
      RETURNING id, name`);
    for (const row of inserted) ids.set(row.name, Number(row.id));
  }
  return ids;
}

function refuseExisting(batch: Batch<NewTargetTag>, ids: Map<string, number>): void {
  for (const [index, row] of batch.rows.entries())
    if (row && !ids.has(row.name)) refuse(batch, index, targetTagAlreadyExists(row.name));
}

const createdView =
  ({ at, by }: Authorship) =>
  (row: NewTargetTag, id: number): TargetTag => ({
    id,
    ...row,
    createdAt: at,
    createdBy: by,
    lastModifiedAt: at,
    lastModifiedBy: by,
  });
