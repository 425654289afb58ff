import { requirePermission } from '../../access/permissions.ts';
import type { PendingTargetCounts } from '../../devices/pending-targets/count.ts';
import type { Feed } from './feed.ts';
import type { LiveContext } from './live.ts';

/**
 * Sends how many devices need an approval or were rejected, now and whenever others do, at most once a second. Needs
 * READ_TARGET, and ends when the caller loses it.
 */
export function watchPendingTargets(context: LiveContext): Feed<PendingTargetCounts> {
  requirePermission(context, 'READ_TARGET');
  return context.live.watchPendingTargets(context);
}
