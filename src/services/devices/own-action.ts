import { and, eq, sql } from 'drizzle-orm';
import { arrayText } from '../../database/arrays.ts';
import type { Database, Transaction } from '../../database/connect.ts';
import { prepared } from '../../database/prepared.ts';
import { actions } from '../../database/tables/actions.ts';
import { targets } from '../../database/tables/targets.ts';
import { actionNotFound } from '../../errors.ts';
import { actionJoinsTarget } from '../deployments/actions/action.ts';
import { lockOwnTarget } from '../fleet/targets/selection.ts';
import type { ActorContext, Platform } from '../shared/context.ts';
import type { Device } from './polling/device.ts';

/** An action of the device that asks. */
export type OwnAction = typeof actions.$inferSelect;

/** The device's action of that id. @throws ACTION_NOT_FOUND, also where it is another's or not yet begun */
export async function findOwnAction(
  { database }: Pick<Platform, 'database'>,
  { tenant: { tenantId }, targetId }: Pick<Device, 'tenant' | 'targetId'>,
  id: number,
): Promise<OwnAction> {
  const [action] = await findAction(database).execute({ tenantId, targetId, id });
  if (!isBegun(action)) throw actionNotFound(String(id));
  return action;
}

const findAction = prepared((database: Database) =>
  database
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.tenantId, sql.placeholder('tenantId')),
        eq(actions.targetId, sql.placeholder('targetId')),
        eq(actions.id, sql.placeholder('id')),
      ),
    )
    .prepare('own_action'),
);

/** What a report needs to know: reports come often, so no more is read. */
const LOCKED = {
  tenantId: actions.tenantId,
  id: actions.id,
  targetId: actions.targetId,
  setId: actions.setId,
  status: actions.status,
  active: actions.active,
  forceType: actions.forceType,
};
export type LockedOwnAction = Pick<OwnAction, keyof typeof LOCKED>;

/**
 * The same of the device that acts, locked with its target until the transaction ends. @throws TARGET_NOT_FOUND besides
 */
export async function lockOwnAction(
  tx: Transaction,
  device: ActorContext,
  id: number,
): Promise<LockedOwnAction> {
  const { tenantId, username } = device.caller;
  const [action] = await tx
    .select(LOCKED)
    .from(targets)
    .innerJoin(actions, actionJoinsTarget)
    .where(and(eq(targets.tenantId, tenantId), eq(targets.controllerId, username), eq(actions.id, id)))
    .for('no key update', { of: [targets, actions] });
  if (isBegun(action)) return action;
  await lockOwnTarget(tx, device);
  throw actionNotFound(String(id));
}

/**
 * The begun actions of these devices, each locked with its target, by controllerId. Waits for nobody: what is locked
 * already is left out, as is what isn't there.
 */
export async function lockOwnActions(
  tx: Transaction,
  tenantId: number,
  wanted: readonly { controllerId: string; actionId: number }[],
): Promise<Map<string, LockedOwnAction>> {
  const rows = await lockWanted(tx).execute({
    tenantId,
    controllerIds: arrayText(wanted.map(({ controllerId }) => controllerId)),
    actionIds: arrayText(wanted.map(({ actionId }) => actionId)),
  });
  return new Map(rows.filter(isBegun).map((row) => [row.controllerId, row]));
}

const lockWanted = prepared((database) =>
  database
    .select({ ...LOCKED, controllerId: targets.controllerId })
    .from(targets)
    .innerJoin(actions, actionJoinsTarget)
    .innerJoin(
      sql`unnest(${sql.placeholder('controllerIds')}::text[], ${sql.placeholder('actionIds')}::bigint[])
        AS wanted(controller_id, action_id)`,
      sql`${targets.controllerId} = wanted.controller_id AND ${actions.id} = wanted.action_id`,
    )
    .where(eq(targets.tenantId, sql.placeholder('tenantId')))
    .orderBy(targets.id)
    .for('no key update', { of: [targets, actions], skipLocked: true })
    .prepare('own_actions'),
);

const isBegun = <T extends Pick<OwnAction, 'status'>>(action: T | undefined): action is T =>
  action !== undefined && action.status !== 'scheduled';

/** Whether a device may fetch the deployment of the action. */
export const isFetchable = ({ status }: OwnAction): boolean =>
  status !== 'canceling' && status !== 'canceled' && status !== 'wait_for_confirmation';

/** The id of an action, as the audit trail shows it. */
export const auditedActionId = ({ id }: { id: number }) => ({ action: { new: id } });
