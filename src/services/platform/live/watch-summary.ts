import { requirePermission } from '../../access/permissions.ts';
import type { FleetSummary } from '../../fleet/targets/summary.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Sends the summary of the tenant's targets now and after each change, at most once a second. Needs READ_TARGET, and ends
 * when the caller loses it.
 */
export function watchSummary(context: LiveContext): Feed<FleetSummary> {
  requirePermission(context, 'READ_TARGET');
  return context.live.watchSummary(context);
}
