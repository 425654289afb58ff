import { requirePermission } from '../../access/permissions.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { ACTION_FIELDS, parseActionFilter } from '../../deployments/actions/fields.ts';
import type { ActionEvent } from './action-events.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Sends events of the actions that match the filter after a change, from now on. Needs READ_TARGET and what the filter's fields
 * need, and ends when the caller loses it. A reader that is too slow ends with SUBSCRIBER_TOO_SLOW.
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
