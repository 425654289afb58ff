import { and, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../database/connect.ts';
import { actions } from '../../database/tables/actions.ts';
import { actionNotFound } from '../../errors.ts';
import type { Acting, Platform } from '../context.ts';
import { type LockedTarget, lockOwnTarget } from '../targets/selection.ts';
import type { Device } from './device-cache.ts';

/** An action of the device that asks. */
export type OwnAction = typeof actions.$inferSelect;

/** The device's action of that id. @throws ACTION_NOT_FOUND, also where it is another's or not yet begun */
export const findOwnAction = (
  { database }: Platform,
  { tenant, targetId }: Device,
  id: number,
): Promise<OwnAction> => read(database, tenant.tenantId, targetId, id);

/** The same of the device that acts, locked with its target until the transaction ends. @throws TARGET_NOT_FOUND besides */
export async function lockOwnAction(
  tx: Transaction,
  device: Acting,
  id: number,
): Promise<{ target: LockedTarget; action: OwnAction }> {
  const target = await lockOwnTarget(tx, device);
  return { target, action: await read(tx, target.tenantId, target.id, id) };
}

async function read(
  database: Database | Transaction,
  tenantId: number,
  targetId: number,
  id: number,
): Promise<OwnAction> {
  const its = and(eq(actions.tenantId, tenantId), eq(actions.targetId, targetId), eq(actions.id, id));
  const [action] = await database.select().from(actions).where(its);
  if (!action || action.status === 'scheduled') throw actionNotFound(String(id));
  return action;
}

/** Whether a device may fetch what the action is about. */
export const isOpen = ({ status }: OwnAction): boolean =>
  status !== 'canceling' && status !== 'canceled' && status !== 'wait_for_confirmation';
