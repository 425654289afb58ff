import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { targetTypeSetTypes } from '../../../database/tables/distribution-sets.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetTypeIncompatible } from '../../../errors.ts';
import { readableAmong } from '../../access/readable-fields.ts';
import type { SelectedTarget } from '../../fleet/targets/selection.ts';
import type { Context } from '../../shared/context.ts';
import type { DistributionSet } from '../../software/distribution-sets/distribution-set.ts';
import { idArrayOf } from '../actions/select.ts';

/** Whether the type of a target, if it has one, takes sets of a type; one that names no set types takes all. */
export const takesSetType = (setTypeId: number) => sql`(
  ${targets.targetTypeId} IS NULL
  OR NOT EXISTS (SELECT 1 FROM ${targetTypeSetTypes}
    WHERE ${targetTypeSetTypes.tenantId} = ${targets.tenantId}
      AND ${targetTypeSetTypes.targetTypeId} = ${targets.targetTypeId})
  OR EXISTS (SELECT 1 FROM ${targetTypeSetTypes}
    WHERE ${targetTypeSetTypes.tenantId} = ${targets.tenantId}
      AND ${targetTypeSetTypes.targetTypeId} = ${targets.targetTypeId}
      AND ${targetTypeSetTypes.setTypeId} = ${setTypeId}))`;

/** @throws TARGET_TYPE_INCOMPATIBLE for the first of the targets whose type doesn't take the set */
export async function refuseIncompatible(
  tx: Transaction,
  context: Context,
  set: DistributionSet,
  selected: readonly SelectedTarget[],
): Promise<void> {
  const [refused] = await tx.execute<{ controller_id: string; type_id: string; type: string }>(sql`
    SELECT ${targets.controllerId}, ${targetTypes.id} AS type_id, ${targetTypes.name} AS type
    FROM ${targets} JOIN ${targetTypes}
      ON ${targetTypes.tenantId} = ${targets.tenantId} AND ${targetTypes.id} = ${targets.targetTypeId}
    WHERE ${targets.tenantId} = ${context.caller.tenantId} AND ${targets.id} = ANY(${idArrayOf(selected)})
      AND NOT ${takesSetType(set.type.id)}
    ORDER BY ${targets.id} LIMIT 1`);
  if (!refused) return;
  const typeId = Number(refused.type_id);
  const seesType = (await readableAmong(context, 'targetType', [typeId], tx))(typeId);
  const seesSetType = (await readableAmong(context, 'distributionSetType', [set.type.id], tx))(set.type.id);
  throw targetTypeIncompatible(
    refused.controller_id,
    seesType ? refused.type : undefined,
    seesSetType ? set.type.key : undefined,
  );
}
