import type { Action } from '../../deployments/actions/action.ts';
import { findActions } from '../../deployments/actions/find.ts';
import type { Context } from '../../shared/context.ts';
import { readerOf } from './events.ts';

/**
 * What happened to an action. `resync` comes first and names no action: earlier changes may have been missed, so what is
 * shown must be read again. From then on no change is missed.
 */
export type ActionEventType = 'resync' | 'created' | 'updated';

export interface ActionEvent {
  type: ActionEventType;
  actionId: number | null;
  /** The action as it is now; null if it is deleted or the caller may not read it. */
  action(context: Context): Promise<Action | null>;
}

export const actionResync = (): ActionEvent => ({
  type: 'resync',
  actionId: null,
  action: async () => null,
});

/** Makes events. Their actions are read together, once for all watchers, when the first one is asked for. */
export function actionEventMaker(): (type: ActionEventType, actionId: number) => ActionEvent {
  const reader = readerOf<number, Action>(['READ_TARGET'], async (context, ids) => {
    const found = await findActions(context, ids);
    return new Map(found.flatMap((action) => (action ? [[action.id, action] as const] : [])));
  });
  return (type, actionId) => ({ type, actionId, action: reader(actionId) });
}
