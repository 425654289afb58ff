import type { Transaction } from '../../../database/connect.ts';
import { ofEachDatabase } from '../../../database/prepared.ts';
import { DomainError } from '../../../errors.ts';
import { type Changes, change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type Outcome, openGatherer } from '../../shared/gather.ts';

/** A message of a device, with what it is about: the row is locked. */
export interface Met<Message, Row> {
  message: Message;
  row: Row;
}

interface Ways<Message, Row, Known, Done> {
  /** How many share a transaction, if fewer than usual. */
  atMost?: number;
  /** The rows that the messages are about, locked, by controllerId. Waits for nobody: what is locked already is left out. */
  lockTogether(
    tx: Transaction,
    tenantId: number,
    messages: readonly Message[],
  ): Promise<ReadonlyMap<string, Row>>;
  /** The row that one message is about, locked. */
  lockAlone(tx: Transaction, message: Message): Promise<Row>;
  /** What `decide` needs to know of the locked rows. */
  read(tx: Transaction, tenantId: number, met: readonly Met<Message, Row>[]): Promise<Known>;
  /** What a message does; undefined: nothing. @throws DomainError to refuse this message only */
  decide(met: Met<Message, Row>, known: Known): Done | undefined;
  write(
    tx: Transaction,
    changes: Changes,
    done: readonly (Met<Message, Row> & { done: Done })[],
  ): Promise<void>;
}

/** Gathers messages of devices: those of a tenant that come at the same time share a transaction. */
export const gatherMessages = <Message extends { device: ActorContext }, Row, Known, Done>({
  lockTogether,
  lockAlone,
  read,
  decide,
  write,
  ...most
}: Ways<Message, Row, Known, Done>) => {
  const nameOf = ({ device }: Message) => device.caller.username;
  const tenantOf = ({ device }: Message) => device.caller.tenantId;

  const settle = async (tx: Transaction, changes: Changes, met: readonly Met<Message, Row>[]) => {
    const outcomes = new Map<Message, Outcome>();
    if (!met.length) return outcomes;
    const known = await read(tx, tenantOf(met[0]!.message), met);
    const decided: (Met<Message, Row> & { done: Done })[] = [];
    for (const one of met) {
      try {
        const done = decide(one, known);
        if (done) decided.push({ ...one, done });
        outcomes.set(one.message, 'done');
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        outcomes.set(one.message, error);
      }
    }
    await write(tx, changes, decided);
    return outcomes;
  };

  return ofEachDatabase(() =>
    openGatherer<Message>({
      ...most,
      groupOf: (message) => String(tenantOf(message)),
      keyOf: nameOf,
      together: (messages) =>
        change(messages[0]!.device, async (tx, changes) => {
          const locked = await lockTogether(tx, tenantOf(messages[0]!), messages);
          const met = messages.flatMap((message) => {
            const row = locked.get(nameOf(message));
            return row ? [{ message, row }] : [];
          });
          const outcomes = await settle(tx, changes, met);
          return messages.map((message) => outcomes.get(message) ?? 'alone');
        }),
      alone: (message) =>
        change(message.device, async (tx, changes) => {
          const row = await lockAlone(tx, message);
          const outcome = (await settle(tx, changes, [{ message, row }])).get(message);
          if (outcome instanceof Error) throw outcome;
        }),
    }),
  );
};
