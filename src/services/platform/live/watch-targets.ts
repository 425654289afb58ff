import { requirePermission } from '../../access/permissions.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { parseTargetFilter, TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { TargetEvent } from './events.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Sends events of the targets that match the filter after a change, from now on. Needs READ_TARGET and what the filter's fields
 * need, and ends when the caller loses it. A reader that is too slow ends with SUBSCRIBER_TOO_SLOW.
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
