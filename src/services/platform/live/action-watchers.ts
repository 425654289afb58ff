import { actions } from '../../../database/tables/actions.ts';
import { ACTION_FIELDS } from '../../deployments/actions/fields.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';
import type { Platform } from '../../shared/context.ts';
import { type ActionEvent, actionEventMaker, actionResync } from './action-events.ts';
import { findChangedActions } from './changed-actions.ts';
import { openEventWatchers } from './event-watchers.ts';
import type { Watchers, WatchersOptions } from './target-watchers.ts';

/** An announced change is at most this old: a transaction, its announcement and differences of clocks may take so long. */
const FRESH_MS = 30_000;
const REMEMBERED_AT_MOST = 100_000;

/** The watchers of one tenant's actions. Announcements name targets only, so their changed actions are looked up. */
export function openActionWatchers(
  platform: Platform,
  tenantId: number,
  { testing, log }: WatchersOptions,
): Watchers<ActionEvent> {
  /** The version of each action that watchers were last sent. */
  const sentVersions = boundedCache<number, string>(REMEMBERED_AT_MOST, { ttl: 2 * FRESH_MS });
  const watchers = openEventWatchers<string, ActionEvent>(platform, log, {
    permission: 'READ_TARGET',
    fields: ACTION_FIELDS,
    scope: (context) => targetInScope(context, 'READ_TARGET', actions.targetId),
    resync: actionResync,
    async read(controllerIds, tests) {
      const since = new Date(platform.clock().getTime() - FRESH_MS);
      const changed = await findChangedActions(testing.database, tenantId, { controllerIds, since, tests });
      const make = actionEventMaker();
      return changed.flatMap(({ id, version, isNew, passes }) => {
        if (sentVersions.get(id) === version) return [];
        sentVersions.set(id, version);
        return [{ event: make(isNew ? 'created' : 'updated', id), passes }];
      });
    },
  });
  return {
    ...watchers,
    onChange({ kind = 'updated', controllerIds }) {
      if (kind !== 'updated' && kind !== 'reported') return;
      if (controllerIds) watchers.onKeys(controllerIds);
      else watchers.onMissedChanges();
    },
  };
}
