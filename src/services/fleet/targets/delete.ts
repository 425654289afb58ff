import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { arrayOf, chunks, isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { issuedCertificates } from '../../../database/tables/issued-certificates.ts';
import { rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { lockRolloutsOf, uncountTargets } from '../../deployments/rollouts/uncount-targets.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { selectionFields } from '../../shared/selection.ts';
import { adjustTargetCount } from './quota.ts';
import { revokeCertificates } from './revoke-certificates.ts';
import {
  countSelected,
  isSelected,
  type SelectedTarget,
  selectTargetIds,
  type TargetSelection,
} from './selection.ts';

const DeleteTargets = z.object({
  ...selectionFields,
  dryRun: z.boolean().nullish(),
});
export type DeleteTargets = z.input<typeof DeleteTargets>;

/**
 * Deletes the named targets, all or none, or all that match a filter; their attributes go with them and their
 * controllerIds are free again. Needs DELETE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many were deleted
 * @throws TARGET_NOT_FOUND for the first of `controllerIds` that does not exist
 */
export async function deleteTargets(context: Context, input: DeleteTargets): Promise<number> {
  requirePermission(context, 'DELETE_TARGET');
  const { dryRun, ...selection } = parse(DeleteTargets, input);
  if (dryRun) return countSelected(context, 'DELETE_TARGET', selection);
  return (await changeBy(context, (step) => deleteSelected(step, selection))).length;
}

/** The work of `deleteTargets`. @returns those deleted */
export async function deleteSelected(
  { tx, context, changes }: Step,
  selection: TargetSelection,
): Promise<SelectedTarget[]> {
  const { tenantId } = context.caller;
  await lockRolloutsOf(tx, context, await isSelected(tx, context, 'DELETE_TARGET', selection));
  const found = await selectTargetIds(tx, context, 'DELETE_TARGET', { ...selection, lock: 'update' });
  changes.rollouts(await uncountTargets(tx, tenantId, found));
  const by = { caller: context.caller, now: context.clock() };
  for (const ids of chunks(found.map(({ id }) => id)))
    await revokeCertificates(tx, by, isAmong(issuedCertificates.targetId, ids), 'cessationOfOperation');
  await removeTargets(tx, tenantId, found);
  await adjustTargetCount(tx, context, tenantId, -found.length);
  changes.deleted(found);
  const controllerIds = found.map(({ controllerId }) => controllerId);
  changes.record({ type: 'target.deleted', ...affected(selection, controllerIds) });
  return found;
}

/**
 * Deletes targets, which are locked for update, with all that belongs to them; whoever had them counted must count that,
 * too.
 */
export async function removeTargets(
  tx: Transaction,
  tenantId: number,
  selected: readonly Pick<SelectedTarget, 'id'>[],
): Promise<void> {
  for (const chunk of chunks(selected)) {
    const ids = sql`${arrayOf(chunk.map(({ id }) => id))}::bigint[]`;
    // These have no foreign keys. Nobody makes any without a lock on the target.
    for (const theirs of [actions, rolloutTargets])
      await tx
        .delete(theirs)
        .where(and(eq(theirs.tenantId, tenantId), sql`${theirs.targetId} = ANY(${ids})`));
    await tx.delete(targets).where(and(eq(targets.tenantId, tenantId), sql`${targets.id} = ANY(${ids})`));
  }
}
