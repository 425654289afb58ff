import { and, eq, type Placeholder, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { actions } from '../../../database/tables/actions.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { pollOverride } from '../../fleet/targets/fields.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { joinedPolls, joinedTypes } from '../../fleet/targets/target.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Context } from '../../shared/context.ts';
import type { PollAnswer } from './device.ts';
import { intervalBefore, intervalOf, sleepOf } from './interval.ts';
import { isNextAction, type StepRow, stepColumns, stepOf } from './next-step.ts';

/** What is read of a target to answer its device's poll, where `actions` is joined by `isNextAction`. */
export const answerColumns = (tenantId: number | Placeholder) => ({
  targetId: targets.id,
  requestAttributes: targets.requestAttributes,
  override: sql<number>`-1`,
  ...stepColumns(tenantId),
});

interface AnswerRow extends StepRow {
  targetId: number;
  requestAttributes: boolean;
  override: number;
  installedActionId: string | null;
}

/** What a poll at that moment is answered with, and until when that is valid. */
export function answerOf(tenant: Tenant, row: AnswerRow, now: Date): PollAnswer & { validUntil: number } {
  const { next, opensAt, until } = stepOf(row, now);
  const interval = intervalOf(tenant, row.targetId, row.override);
  return {
    sleep: sleepOf(intervalBefore(tenant, interval, opensAt, now)),
    requestAttributes: row.requestAttributes,
    next,
    installedActionId: row.installedActionId === null ? null : Number(row.installedActionId),
    validUntil: until,
  };
}

/**
 * For each target what its device's next poll will be answered with, as things are now; undefined for a target that the
 * caller may not read. Changes nothing. Needs READ_TARGET.
 */
export async function findNextPollAnswers(
  context: Context,
  targetIds: readonly number[],
): Promise<(PollAnswer | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const tenant = await context.tenants.byId(tenantId);
  const now = context.clock();
  const hasOverrides = tenant.settings.polling.overrides.length > 0;
  const rows = await context.database
    .select({ ...answerColumns(tenantId), ...(hasOverrides && { override: pollOverride(tenant, now) }) })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .leftJoin(actions, isNextAction(tenantId))
    .where(
      and(
        eq(targets.tenantId, tenantId),
        isAmong(targets.id, targetIds),
        await targetInScope(context, 'READ_TARGET', targets.id),
      ),
    );
  const answers = new Map(rows.map((row) => [row.targetId, answerOf(tenant, row as AnswerRow, now)]));
  return targetIds.map((id) => answers.get(id));
}
