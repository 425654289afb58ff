import { sql } from 'drizzle-orm';
import { type ActionStatus, actionEntries } from '../../../database/tables/actions.ts';
import { actionNotFound } from '../../../errors.ts';
import { type Handling, handlingOf } from '../../deployments/actions/handling.ts';
import { SERVER_MESSAGE } from '../../deployments/actions/messages.ts';
import { maintenanceWindowOf } from '../../deployments/assignments/maintenance-window.ts';
import type { Platform } from '../../shared/context.ts';
import { findOwnAction, isFetchable, type OwnAction } from '../own-action.ts';
import type { Device } from '../polling/device.ts';
import type { DeploymentChunk, SetContents } from './deployment-content.ts';

/** What a device is told about an action. */
export interface DeviceDeployment {
  action: OwnAction;
  handling: Handling;
  chunks: readonly DeploymentChunk[];
  history: History | null;
}

export interface History {
  status: ActionStatus;
  /** The newest first. */
  messages: string[];
}

/** The resources under which a device finds actions; each shows other actions. */
export type DeploymentResource = 'deploymentBase' | 'confirmationBase' | 'installedBase';

const KNOWS: Record<DeploymentResource, (action: OwnAction) => boolean> = {
  deploymentBase: isFetchable,
  confirmationBase: ({ status }) => status === 'wait_for_confirmation',
  installedBase: ({ active, status }) => !active && status !== 'canceled',
};

/**
 * What the device is to do about an action. `messages` of the history are told: none for 0, all there are, as far as is
 * sensible, for a negative number.
 * @throws ACTION_NOT_FOUND
 */
export async function findDeployment(
  platform: Platform & { sets: SetContents },
  device: Device,
  { resource, actionId, messages }: { resource: DeploymentResource; actionId: number; messages: number },
): Promise<DeviceDeployment> {
  const action = await findOwnAction(platform, device, actionId);
  if (!KNOWS[resource](action)) throw actionNotFound(String(actionId));
  const { windowSchedule: schedule, windowDuration: duration, windowTimezone: timezone } = action;
  const maintenanceWindow = maintenanceWindowOf({ schedule, duration, timezone });
  return {
    action,
    handling: handlingOf({ ...action, maintenanceWindow }, platform.clock()),
    chunks: await platform.sets.read(device.tenant, action.setId),
    history: messages === 0 ? null : await readHistory(platform, action, messages),
  };
}

const MOST_MESSAGES = 100;

async function readHistory(
  { database }: Platform,
  { tenantId, id, status }: OwnAction,
  wanted: number,
): Promise<History> {
  const limit = wanted < 0 ? MOST_MESSAGES : Math.min(wanted, MOST_MESSAGES);
  const rows = await database.execute<{ message: string }>(sql`
    SELECT told.message FROM ${actionEntries},
      unnest(${actionEntries.messages}) WITH ORDINALITY AS told(message, place)
    WHERE ${actionEntries.tenantId} = ${tenantId} AND ${actionEntries.actionId} = ${id}
      AND NOT starts_with(told.message, ${SERVER_MESSAGE})
    ORDER BY ${actionEntries.id} DESC, told.place LIMIT ${limit}`);
  return { status, messages: rows.map(({ message }) => message) };
}
