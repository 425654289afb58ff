import { invalid, rolloutNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { createRollout } from './create.ts';
import { type Rollout, readRollouts } from './rollout.ts';

/**
 * Plans another rollout of the same set to the targets of a finished one on which it failed, in one group, under its name
 * with `_retry` behind it. Needs READ_ROLLOUT, and what `createRollout` needs.
 * @throws ROLLOUT_NOT_FOUND, INVALID_INPUT unless it is finished, and what `createRollout` throws
 */
export async function retryRollout(context: Context, { id }: { id: number }): Promise<Rollout> {
  requirePermission(context, 'READ_ROLLOUT', 'CREATE_ROLLOUT', 'READ_DISTRIBUTION_SET', 'READ_TARGET');
  const failed = (await readRollouts(context, context.database, [id])).get(id);
  if (!failed || failed.deleted) throw rolloutNotFound(String(id));
  if (failed.status !== 'finished') throw invalid('id: the rollout must be finished', ['id']);
  return createRollout(context, {
    name: `${failed.name}_retry`,
    description: failed.description,
    distributionSetId: failed.distributionSet.id,
    filter: `failedrollout==${id}`,
    forceType: failed.forceType,
    forcedAt: failed.forcedAt,
    startAt: failed.startAt,
    confirmationRequired: false,
    ignoreTargetFilter: failed.ignoreTargetFilter,
  });
}
