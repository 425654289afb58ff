import { requirePermission } from '../../access/permissions.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { ACTION_FIELDS, parseActionFilter } from '../../deployments/actions/fields.ts';
import type { ActionEvent } from './action-events.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Tells what happens to actions from now on: to those that match the filter, that is, in their state after a change. Needs
 * READ_TARGET, and what the filter asks of other things; ends when the caller loses that. A reader that falls too far behind
 * ends with SUBSCRIBER_TOO_SLOW.
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID; QUOTA_EXCEEDED beyond 500 different filters
 */
export function watchActions(
  context: LiveContext,
  { filter }: { filter?: string | null },
): Feed<ActionEvent> {
  requirePermission(context, 'READ_TARGET');
  const asked = filter == null ? undefined : parseActionFilter(filter);
  if (asked) requireFilterReadable(context, ACTION_FIELDS, asked);
  return context.live.watchActions(context, asked);
}
