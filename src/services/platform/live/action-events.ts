import type { Action } from '../../deployments/actions/action.ts';
import { findActions } from '../../deployments/actions/find.ts';
import type { Context } from '../../shared/context.ts';
import { readerOf } from './events.ts';

/**
 * What a watcher of actions is told. `resync`: from now on nothing is missed, but before it may have been, so what is
 * shown must be read again; it comes first, and names no action.
 */
export type ActionEventType = 'resync' | 'created' | 'updated';

export interface ActionEvent {
  type: ActionEventType;
  actionId: number | null;
  /** The action as it is now, for who may read it; null where it is gone. */
  action(context: Context): Promise<Action | null>;
}

export const actionResync = (): ActionEvent => ({
  type: 'resync',
  actionId: null,
  action: async () => null,
});

/** Makes events whose actions are read together, once for all watchers, when the first of them is asked for. */
export function actionEventMaker(): (type: ActionEventType, actionId: number) => ActionEvent {
  const reader = readerOf<number, Action>(['READ_TARGET'], async (context, ids) => {
    const found = await findActions(context, ids);
    return new Map(found.flatMap((action) => (action ? [[action.id, action] as const] : [])));
  });
  return (type, actionId) => ({ type, actionId, action: reader(actionId) });
}
