import { and, eq, sql } from 'drizzle-orm';
import { arrayOf, chunks } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTagAlreadyExists } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationStamp } from '../../shared/authorship.ts';
import {
  type Batch,
  type BulkOptions,
  type Created,
  createBatch,
  INSERTED_AT_ONCE,
  readBatch,
  refuseTaken,
  standing,
} from '../../shared/batch.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
import { TARGET_TAG_COLUMNS, type TargetTag } from './find.ts';
import { type NewTargetTag, TargetTagInput } from './input.ts';

export interface CreateTargetTags extends BulkOptions {
  targetTags: readonly TargetTagInput[];
}

/**
 * Creates target tags. Needs CREATE_TARGET. What is wrong with rows is returned, not thrown; with REJECT_ALL nothing
 * is created then. Nothing is announced: no target has a new tag yet.
 */
export async function createTargetTags(
  context: Context,
  input: CreateTargetTags,
): Promise<Created<TargetTag>> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const batch = await readBatch(TargetTagInput, input.targetTags, 'targetTags');
  return createBatch(context, batch, input, {
    check: (tx, rows) => refuseExisting(tx, tenantId, rows),
    insert: (tx, rows) => insertTags(tx, context, rows),
    scope: null,
    event: 'target-tag.created',
    nameOf: ({ name }) => name,
  });
}

const nameOf = ({ name }: { name: string }) => name;

async function refuseExisting(tx: Transaction, tenantId: number, batch: Batch<NewTargetTag>): Promise<void> {
  await lockCreations(tx, 'target_tags', tenantId);
  const names = standing(batch).map(nameOf);
  const stored = await tx
    .select({ name: targetTags.name })
    .from(targetTags)
    .where(and(eq(targetTags.tenantId, tenantId), sql`${targetTags.name} = ANY(${arrayOf(names)}::text[])`));
  const fault = ({ name }: NewTargetTag) => targetTagAlreadyExists(name);
  refuseTaken(batch, [{ of: nameOf, taken: stored.map(nameOf), fault }]);
}

async function insertTags(tx: Transaction, context: Context, rows: readonly NewTargetTag[]) {
  const made = { tenantId: context.caller.tenantId, ...creationStamp(context) };
  const created: TargetTag[] = [];
  for (const chunk of chunks(rows, INSERTED_AT_ONCE))
    created.push(
      ...(await tx
        .insert(targetTags)
        .values(chunk.map((row) => ({ ...row, ...made })))
        .returning(TARGET_TAG_COLUMNS)),
    );
  return created;
}
