import { actionNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { type Action, readActions } from './action.ts';

/** The action of that id. Needs READ_TARGET. @throws ACTION_NOT_FOUND, also where its target is out of the scope */
export async function findAction(context: Context, id: number): Promise<Action> {
  const [action] = await findActions(context, [id]);
  if (!action) throw actionNotFound(String(id));
  return action;
}

/** For each id its action, or undefined where there is none. Needs READ_TARGET. */
export async function findActions(context: Context, ids: readonly number[]): Promise<(Action | undefined)[]> {
  requirePermission(context, 'READ_TARGET');
  const byId = await readActions(context, context.database, ids);
  return ids.map((id) => byId.get(id));
}
