import type { GroupRowFragment, RolloutGroupStatus } from '../../api/types.documents.ts';
import { rolloutTexts as texts } from '../../texts/rollouts.ts';

const BEGUN = new Set<RolloutGroupStatus>(['RUNNING', 'FINISHED', 'ERROR']);

/** What a group waits for, and how near it is. */
export function rulesOf(group: GroupRowFragment): string[] {
  const { successThreshold: success, errorThreshold: error } = group;
  const pauses = group.successAction === 'PAUSE';
  const rules = BEGUN.has(group.status)
    ? progressOf(group)
    : [pauses ? texts.pauseAfter(success) : texts.success(success), texts.error(error)];
  if (group.confirmationRequired) rules.push(texts.confirmation);
  if (group.dynamic) rules.push(texts.dynamic);
  return rules;
}

/** The shares are rounded so that none seems to have reached a threshold that it hasn't. */
function progressOf(group: GroupRowFragment): string[] {
  const { successThreshold, errorThreshold, status } = group;
  const { finished, failed } = group.targetCounts ?? { finished: 0, failed: 0 };
  const whole = group.targetCount ?? group.totalTargets;
  const percentOf = (count: number) => (whole === 0 ? 0 : (count * 100) / whole);
  const done = texts.finished(finished, whole, Math.floor(percentOf(finished)));
  const bad = texts.failed(failed, Math.ceil(percentOf(failed)));
  if (status !== 'RUNNING') return [done, bad];
  const next = group.successAction === 'PAUSE' ? texts.pauseAt : texts.nextAt;
  return [`${done}, ${next(successThreshold)}`, `${bad}, ${texts.pauseAbove(errorThreshold)}`];
}
