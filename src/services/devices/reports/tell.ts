import type { Transaction } from '../../../database/connect.ts';
import { type ActionUpdate, addEntries, type NewEntry } from '../../deployments/actions/entries.ts';
import { type History, readHistories } from '../../deployments/actions/histories.ts';
import { type Ending, settleTargets } from '../../deployments/actions/write.ts';
import type { EventType } from '../../platform/audit/event-types.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { auditedActionId, type LockedOwnAction, lockOwnAction, lockOwnActions } from '../own-action.ts';
import { gatherMessages, type Met } from './gather-messages.ts';

/** What a device's message does to one of its actions. */
export interface Told {
  entry: NewEntry;
  /** Absent where the action stays as it is, its last modification included. */
  update?: ActionUpdate;
  /** Where the action ends: what becomes of the target. */
  ending?: Ending;
  /** Whether the device may be told something else from now on. */
  changesTarget: boolean;
  /** The event of the audit trail, and what it shows beside the action's id. */
  event: Extract<EventType, `action.${string}`>;
  details?: FieldChanges;
}

/** What a device says of one of its actions. */
interface Message {
  device: ActorContext;
  actionId: number;
  /** The first message of a download whose entry may be there already: `history.isNoted` says so. */
  noted?: string | undefined;
  /** What the message does to the locked action; undefined: nothing. @throws DomainError to refuse the message */
  decide: (action: LockedOwnAction, history: History) => Told | undefined;
}

/**
 * Does what `decide` says to a device's action, which is locked. Messages of a tenant's devices that come at the same
 * time share a transaction; a refused one leaves the others alone. @throws TARGET_NOT_FOUND, ACTION_NOT_FOUND
 */
export const tellAction = (
  device: ActorContext,
  actionId: number,
  decide: Message['decide'],
  { noted }: Pick<Message, 'noted'> = {},
): Promise<void> => gathererOf(device.database)({ device, actionId, decide, noted });

const gathererOf = gatherMessages<Message, LockedOwnAction, Map<number, History>, Told>({
  lockTogether: (tx, tenantId, messages) =>
    lockOwnActions(
      tx,
      tenantId,
      messages.map(({ device, actionId }) => ({ controllerId: device.caller.username, actionId })),
    ),
  lockAlone: (tx, { device, actionId }) => lockOwnAction(tx, device, actionId),
  read: (tx, tenantId, met) =>
    readHistories(
      tx,
      tenantId,
      met.map(({ message: { noted }, row }) => ({ actionId: row.id, noted })),
    ),
  decide: ({ message, row }, histories) => message.decide(row, histories.get(row.id)!),
  write,
});

interface ToldMessage extends Met<Message, LockedOwnAction> {
  done: Told;
}

/** Writes what messages of one tenant's devices do to their locked actions. */
async function write(tx: Transaction, changes: Changes, told: readonly ToldMessage[]): Promise<void> {
  if (!told[0]) return;
  const { device } = told[0].message;
  await addEntries(
    tx,
    device,
    told.map(({ row, done: { entry, update } }) => ({
      actionId: row.id,
      entry,
      update,
    })),
  );
  await settle(tx, device, told);
  for (const { message, row, done } of told) {
    const subjects = [message.device.caller.username];
    if (done.changesTarget) changes.targets(subjects);
    else changes.reported(subjects);
    const shown = { ...auditedActionId(row), ...done.details };
    changes.record({ type: done.event, subjects, changes: shown }, message.device);
  }
}

/** Those whose actions end alike are settled together. */
async function settle(tx: Transaction, device: ActorContext, told: readonly ToldMessage[]) {
  const alike = new Map<string, { ending: Ending; targetIds: number[] }>();
  for (const { row, done } of told) {
    const { ending } = done;
    if (!ending) continue;
    const key = JSON.stringify(ending);
    const same = alike.get(key) ?? { ending, targetIds: [] };
    same.targetIds.push(row.targetId);
    alike.set(key, same);
  }
  for (const { ending, targetIds } of alike.values()) await settleTargets(tx, device, targetIds, ending);
}
