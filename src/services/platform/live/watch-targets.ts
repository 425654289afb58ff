import { requirePermission } from '../../access/permissions.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { parseTargetFilter, TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { TargetEvent } from './events.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Tells what happens to targets from now on: to those that match the filter, that is, in their state after a change.
 * Needs READ_TARGET, and what the filter asks of other things; ends when the caller loses that. A reader that falls too far
 * behind ends with SUBSCRIBER_TOO_SLOW.
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID; QUOTA_EXCEEDED beyond 500 different filters
 */
export function watchTargets(
  context: LiveContext,
  { filter }: { filter?: string | null },
): Feed<TargetEvent> {
  requirePermission(context, 'READ_TARGET');
  const asked = filter == null ? undefined : parseTargetFilter(filter);
  if (asked) requireFilterReadable(context, TARGET_FIELDS, asked);
  return context.live.watchTargets(context, asked);
}
