import { and, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { chunks, insertFromArrays, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { distributionSetTypes, targetTypeSetTypes } from '../../../database/tables/distribution-sets.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import {
  type DomainError,
  distributionSetTypeNotFound,
  invalid,
  quotaExceeded,
  targetTypeNotFound,
} from '../../../errors.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import {
  DISTRIBUTION_SET_TYPE_COLUMNS,
  type DistributionSetType,
} from '../../software/distribution-set-types/distribution-set-type.ts';
import { lockSetTypes } from '../../software/distribution-set-types/find.ts';
import { findTargetType, targetTypesAs } from './find.ts';
import { TARGET_TYPE_COLUMNS, type TargetType } from './target-type.ts';

const MOST_SET_TYPES = 50;

/**
 * The set types that suit targets of many types, by target type id, each in the order of the ids. A type without any
 * takes every set. Needs READ_TARGET_TYPE and READ_DISTRIBUTION_SET_TYPE.
 */
export async function findCompatibleSetTypes(
  context: Context,
  targetTypeIds: readonly number[],
): Promise<Map<number, DistributionSetType[]>> {
  const { tenantId } = requirePermission(context, 'READ_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE');
  const { targetTypeId } = targetTypeSetTypes;
  const rows = await context.database
    .select({ targetTypeId, setType: DISTRIBUTION_SET_TYPE_COLUMNS })
    .from(targetTypeSetTypes)
    .innerJoin(
      targetTypes,
      and(
        eq(targetTypes.tenantId, targetTypeSetTypes.tenantId),
        eq(targetTypes.id, targetTypeSetTypes.targetTypeId),
      ),
    )
    .innerJoin(
      distributionSetTypes,
      and(
        eq(distributionSetTypes.tenantId, targetTypeSetTypes.tenantId),
        eq(distributionSetTypes.id, targetTypeSetTypes.setTypeId),
      ),
    )
    .where(
      and(
        eq(targetTypeSetTypes.tenantId, tenantId),
        isAmong(targetTypeId, targetTypeIds),
        await scopeCondition(context, 'READ_TARGET_TYPE'),
        await scopeCondition(context, 'READ_DISTRIBUTION_SET_TYPE'),
      ),
    )
    .orderBy(distributionSetTypes.id);
  const found = new Map<number, DistributionSetType[]>(targetTypeIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.targetTypeId)?.push(row.setType);
  return found;
}

/** Those of one target type; needs the same. @throws TARGET_TYPE_NOT_FOUND */
export async function listCompatibleSetTypes(
  context: Context,
  targetTypeId: number,
): Promise<DistributionSetType[]> {
  const { id } = await findTargetType(context, targetTypeId);
  return (await findCompatibleSetTypes(context, [id])).get(id) ?? [];
}

const CompatibleSetTypes = z.object({
  id: z.number(),
  setTypeIds: listOf(z.number()).min(1, 'must hold a distribution set type at the least'),
});
export type CompatibleSetTypes = z.input<typeof CompatibleSetTypes>;

/**
 * Says that sets of these types suit targets of a type; what is said already stays. Needs UPDATE_TARGET_TYPE and
 * READ_DISTRIBUTION_SET_TYPE.
 * @throws TARGET_TYPE_NOT_FOUND, DISTRIBUTION_SET_TYPE_NOT_FOUND, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function addCompatibleSetTypes(
  context: Context,
  input: CompatibleSetTypes,
): Promise<TargetType> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE');
  const { id, setTypeIds } = parse(CompatibleSetTypes, input);

  return change(context, async (tx, changes) => {
    const targetType = await touchTargetType(tx, context, id);
    const readable = await scopeCondition(context, 'READ_DISTRIBUTION_SET_TYPE');
    const usable = await usableSetTypes(tx, tenantId, setTypeIds, readable);
    const fault = faultOfSetTypes(setTypeIds, usable, 'setTypeIds');
    if (fault) throw fault;
    await insertCompatible(
      tx,
      tenantId,
      setTypeIds.map((setTypeId) => ({ targetTypeId: id, setTypeId })),
    );
    const ofType = and(eq(targetTypeSetTypes.tenantId, tenantId), eq(targetTypeSetTypes.targetTypeId, id));
    if ((await tx.$count(targetTypeSetTypes, ofType)) > MOST_SET_TYPES) throw tooManySetTypes();
    const keys = setTypeIds.map((setTypeId) => usable.get(setTypeId)!.key);
    changes.record({
      type: 'target-type.updated',
      subjects: [targetType.key],
      changes: { compatibleDistributionSetTypes: { new: keys } },
    });
    return targetType;
  });
}

/**
 * Says that sets of a type don't suit targets of a type any more. Needs what `addCompatibleSetTypes` needs.
 * @throws TARGET_TYPE_NOT_FOUND, DISTRIBUTION_SET_TYPE_NOT_FOUND, INVALID_INPUT
 */
export async function removeCompatibleSetTypes(
  context: Context,
  input: CompatibleSetTypes,
): Promise<TargetType> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET_TYPE', 'READ_DISTRIBUTION_SET_TYPE');
  const { id, setTypeIds } = parse(CompatibleSetTypes, input);

  return change(context, async (tx, changes) => {
    const targetType = await touchTargetType(tx, context, id);
    const readable = await scopeCondition(context, 'READ_DISTRIBUTION_SET_TYPE');
    const known = await lockSetTypes(tx, tenantId, { ids: setTypeIds }, readable);
    for (const [index, setTypeId] of setTypeIds.entries())
      if (!known.some((type) => type.id === setTypeId))
        throw distributionSetTypeNotFound(String(setTypeId), ['setTypeIds', String(index)]);
    await tx
      .delete(targetTypeSetTypes)
      .where(
        and(
          eq(targetTypeSetTypes.tenantId, tenantId),
          eq(targetTypeSetTypes.targetTypeId, id),
          isAmong(targetTypeSetTypes.setTypeId, setTypeIds),
        ),
      );
    changes.record({
      type: 'target-type.updated',
      subjects: [targetType.key],
      changes: { compatibleDistributionSetTypes: { old: known.map((type) => type.key) } },
    });
    return targetType;
  });
}

/** Those of the types that exist, and for which the condition holds, by id; locked until the transaction ends. */
export async function usableSetTypes(
  tx: Transaction,
  tenantId: number,
  ids: readonly number[],
  readable?: SQL,
): Promise<Map<number, DistributionSetType>> {
  if (!ids.length) return new Map();
  return new Map((await lockSetTypes(tx, tenantId, { ids }, readable)).map((type) => [type.id, type]));
}

/** Why a target type cannot be compatible with these, if it can't. */
export function faultOfSetTypes(
  ids: readonly number[],
  usable: ReadonlyMap<number, DistributionSetType>,
  field = 'compatibleDistributionSetTypeIds',
): DomainError | undefined {
  for (const [index, id] of ids.entries()) {
    const path = [field, String(index)];
    const type = usable.get(id);
    if (!type) return distributionSetTypeNotFound(String(id), path);
    if (type.deleted) return invalid(`${path[0]}: the distribution set type ${id} was deleted`, path);
  }
  return new Set(ids).size > MOST_SET_TYPES ? tooManySetTypes() : undefined;
}

const tooManySetTypes = () =>
  quotaExceeded('compatible distribution set types of a target type', MOST_SET_TYPES, [
    'compatibleDistributionSetTypeIds',
  ]);

/** Writes which set types suit which target types; what is there already stays. */
export async function insertCompatible(
  tx: Transaction,
  tenantId: number,
  pairs: readonly { targetTypeId: number; setTypeId: number }[],
): Promise<void> {
  for (const chunk of chunks(pairs))
    await tx.execute(
      sql`${insertFromArrays(
        targetTypeSetTypes,
        {
          targetTypeId: chunk.map(({ targetTypeId }) => targetTypeId),
          setTypeId: chunk.map(({ setTypeId }) => setTypeId),
        },
        { tenantId },
      )} ON CONFLICT DO NOTHING`,
    );
}

async function touchTargetType(tx: Transaction, context: Context, id: number): Promise<TargetType> {
  const [type] = await tx
    .update(targetTypes)
    .set(modificationStamp(context))
    .where(
      and(
        eq(targetTypes.tenantId, context.caller.tenantId),
        isAmong(targetTypes.id, [id]),
        await scopeCondition(context, 'UPDATE_TARGET_TYPE'),
      ),
    )
    .returning(TARGET_TYPE_COLUMNS);
  if (!type) throw targetTypeNotFound(String(id));
  await requireStillInScope(tx, context, targetTypesAs('UPDATE_TARGET_TYPE'), isAmong(targetTypes.id, [id]));
  return type;
}
