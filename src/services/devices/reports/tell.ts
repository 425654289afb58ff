import type { Database, Transaction } from '../../../database/connect.ts';
import { prepared } from '../../../database/prepared.ts';
import { DomainError } from '../../../errors.ts';
import { type ActionUpdate, addEntries, type NewEntry } from '../../deployments/actions/entries.ts';
import { type History, readHistories } from '../../deployments/actions/histories.ts';
import { type Ending, settleTargets } from '../../deployments/actions/write.ts';
import type { EventType } from '../../platform/audit/event-types.ts';
import type { FieldChanges } from '../../platform/audit/record.ts';
import { type Changes, change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type Outcome, openGatherer } from '../../shared/gather.ts';
import { auditedActionId, type LockedOwnAction, lockOwnAction, lockOwnActions } from '../own-action.ts';

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

const gathererOf = prepared((_: Database) =>
  openGatherer<Message>({
    groupOf: ({ device }) => String(device.caller.tenantId),
    keyOf: ({ device }) => device.caller.username,
    together: (messages) =>
      change(messages[0]!.device, async (tx, changes) => {
        const locked = await lockOwnActions(
          tx,
          messages[0]!.device.caller.tenantId,
          messages.map(({ device, actionId }) => ({ controllerId: device.caller.username, actionId })),
        );
        const met = messages.flatMap((message) => {
          const action = locked.get(message.device.caller.username);
          return action ? [{ message, action }] : [];
        });
        const outcomes = await write(tx, changes, met);
        return messages.map((message) => outcomes.get(message) ?? 'alone');
      }),
    alone: (message) =>
      change(message.device, async (tx, changes) => {
        const action = await lockOwnAction(tx, message.device, message.actionId);
        const outcome = (await write(tx, changes, [{ message, action }])).get(message);
        if (outcome instanceof Error) throw outcome;
      }),
  }),
);

interface Met {
  message: Message;
  action: LockedOwnAction;
}

/** Writes what messages of one tenant's devices do to their locked actions. @returns what became of each message */
async function write(tx: Transaction, changes: Changes, met: readonly Met[]): Promise<Map<Message, Outcome>> {
  const outcomes = new Map<Message, Outcome>();
  if (!met.length) return outcomes;
  const { device } = met[0]!.message;
  const histories = await readHistories(
    tx,
    device.caller.tenantId,
    met.map(({ message: { noted }, action }) => ({ actionId: action.id, noted })),
  );
  const told: (Met & { told: Told })[] = [];
  for (const { message, action } of met) {
    try {
      const done = message.decide(action, histories.get(action.id)!);
      if (done) told.push({ message, action, told: done });
      outcomes.set(message, 'done');
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      outcomes.set(message, error);
    }
  }
  await addEntries(
    tx,
    device,
    told.map(({ message, action, told: { entry, update } }) => ({
      actionId: action.id,
      by: message.device.caller.username,
      entry,
      update,
    })),
  );
  await settle(tx, device, told);
  for (const { message, action, told: done } of told) {
    const subjects = [message.device.caller.username];
    if (done.changesTarget) changes.targets(subjects);
    else changes.reported(subjects);
    const shown = { ...auditedActionId(action), ...done.details };
    changes.record({ type: done.event, subjects, changes: shown }, message.device);
  }
  return outcomes;
}

/** Those whose actions end alike are settled together. */
async function settle(tx: Transaction, device: ActorContext, told: readonly (Met & { told: Told })[]) {
  const alike = new Map<string, { ending: Ending; targetIds: number[] }>();
  for (const {
    action,
    told: { ending },
  } of told) {
    if (!ending) continue;
    const key = JSON.stringify(ending);
    const same = alike.get(key) ?? { ending, targetIds: [] };
    same.targetIds.push(action.targetId);
    alike.set(key, same);
  }
  for (const { ending, targetIds } of alike.values()) await settleTargets(tx, device, targetIds, ending);
}
