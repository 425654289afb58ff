import { requirePermission } from '../access/permissions.ts';
import { parseActionFilter } from '../actions/fields.ts';
import type { ActionEvent } from './action-events.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './hub.ts';

/**
 * Tells what happens to actions from now on: to those that match the filter, that is, in their state after a change. Needs
 * READ_TARGET, and ends when the caller loses it. A reader that falls too far behind ends with SUBSCRIBER_TOO_SLOW.
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID; QUOTA_EXCEEDED beyond 500 different filters
 */
export function watchActions(
  context: LiveContext,
  { filter }: { filter?: string | null },
): Feed<ActionEvent> {
  requirePermission(context, 'READ_TARGET');
  return context.live.watchActions(context, filter == null ? undefined : parseActionFilter(filter));
}
