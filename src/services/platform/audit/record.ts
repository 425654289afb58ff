import type { Transaction } from '../../../database/connect.ts';
import type { ActorContext } from '../../shared/context.ts';
import type { EventType } from './event-types.ts';
import { noteTargets } from './targets.ts';
import { type NewAuditEvent, writeEvents } from './write.ts';

/** By field: its old and its new value; secrets never. */
export type FieldChanges = Readonly<Record<string, { old?: unknown; new?: unknown }>>;

/** What a verb has done, as the audit trail keeps it: one for a bulk, too. */
export interface ChangeRecord {
  /** What kind of thing and what became of it: `target.created`, `target-type.updated`. */
  type: EventType;
  /** Names of what it was done to: controllerIds, user names, keys. Absent where a filter chose them. */
  subjects?: readonly string[];
  filter?: string | null | undefined;
  /** The controllerIds of what the filter chose, so that each of them finds the event. */
  targets?: readonly string[];
  /** How many it was done to; as many as there are subjects, unless told. */
  count?: number;
  changes?: FieldChanges | undefined;
}

/** What somebody did. */
export interface DoneBy extends ChangeRecord {
  by: ActorContext;
}

/**
 * Writes what a transaction recorded, in the transaction: it is there if and only if the change is.
 * @returns the ids of the events
 */
export async function writeRecords(
  tx: Transaction,
  tenantId: number,
  records: readonly DoneBy[],
): Promise<number[]> {
  const done = records.filter(({ subjects, count = subjects?.length }) => count !== 0);
  const ids = await writeEvents(
    tx,
    tenantId,
    done.map((record) => eventOf(record.by, record)),
  );
  for (const [index, { targets }] of done.entries())
    if (targets?.length) await noteTargets(tx, { tenantId, eventId: ids[index]! }, targets);
  return ids;
}

/** A record as it is stored. */
export const eventOf = (
  { caller, origin, clock }: ActorContext,
  { type, subjects, filter, count, changes }: ChangeRecord,
): NewAuditEvent => ({
  tenantId: caller.tenantId,
  at: clock(),
  actor: caller.username,
  actorKind: caller.kind,
  apiKey: caller.apiKey,
  channel: origin.channel,
  address: origin.address,
  requestId: origin.requestId ?? null,
  traceParent: origin.traceParent ?? null,
  type,
  subjects: subjects && [...subjects],
  filter: filter ?? null,
  count: count ?? subjects?.length ?? 0,
  changes: changes ?? null,
});

/** What a bulk did it to: by name where the targets were named, else by the filter that chose them. */
export const affected = (
  { filter }: { filter?: string | null | undefined },
  changed: readonly string[],
): Pick<ChangeRecord, 'subjects' | 'filter' | 'count' | 'targets'> =>
  filter == null ? { subjects: changed } : { filter, count: changed.length, targets: changed };

/** What something new has; a field without a value is left out. */
export const added = (fields: object): FieldChanges =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) => (value == null ? [] : [[field, { new: value }]])),
  );

/** What a creation made: the fields of one; of many only their names. */
export const creationRecord = (
  type: ChangeRecord['type'],
  subjects: readonly string[],
  rows: readonly object[],
): ChangeRecord => ({ type, subjects, ...(rows.length === 1 && { changes: added(rows[0]!) }) });

/** What of the given fields is different in `after`; undefined where nothing is. */
export function differences<T extends object>(
  before: T,
  after: Partial<T>,
  fields: readonly (keyof T & string)[],
): FieldChanges | undefined {
  const changed: Record<string, { old?: unknown; new?: unknown }> = {};
  for (const field of fields)
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      changed[field] = { old: before[field], new: after[field] };
  return Object.keys(changed).length ? changed : undefined;
}
