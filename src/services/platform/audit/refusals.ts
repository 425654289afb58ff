import { isOpen } from '../../../database/connect.ts';
import type { Actor, Origin, Platform, Refusals, RefusedAttempt } from '../../shared/context.ts';
import { cutText, storableText } from '../../shared/text.ts';
import { type NewAuditEvent, writeEvents } from './write.ts';

const WRITE_EVERY_MS = 10_000;
/**
 * For each tenant and channel between two writes; the rest becomes one event, so that guesses can't fill the disk. By
 * channel, so that failing devices can't hide somebody who tries passwords.
 */
const TOLD_APART = 10;
const OTHERS = '(others)';
const LONGEST = 256;

/** The same refusal of the same caller is one event that counts how often. A crash loses the last ten seconds. */
export function openRefusals(
  { database, clock, announcements }: Pick<Platform, 'database' | 'clock' | 'announcements'>,
  onError: (error: unknown) => void,
): Refusals {
  const write = async (events: readonly NewAuditEvent[]) => {
    const { tenantId } = events[0]!;
    const auditEventIds = await database.transaction((tx) => writeEvents(tx, tenantId, events));
    announcements.announceAuditEvents({ tenantId, auditEventIds });
  };
  let waiting = new Map<string, Map<string, NewAuditEvent>>();

  const flush = async () => {
    // They are kept until the database is back.
    if (!isOpen(database)) return;
    const places = waiting;
    waiting = new Map();
    for (const alike of places.values()) await write([...alike.values()]).catch(onError);
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();

  return {
    flush,
    note({ caller, origin }, refusal) {
      const place = `${caller.tenantId} ${origin.channel}`;
      const alike = waiting.get(place) ?? new Map<string, NewAuditEvent>();
      waiting.set(place, alike);
      const row = rowOf(caller, origin, refusal, clock());
      const key = JSON.stringify([row.type, row.actor, row.apiKey, row.address, row.subjects]);
      const known = alike.get(key);
      if (known) known.count++;
      else if (alike.size < TOLD_APART) alike.set(key, row);
      else countOther(alike, row);
    },
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}

const rowOf = (
  caller: Actor,
  origin: Origin,
  { type, subject, changes }: RefusedAttempt,
  at: Date,
): NewAuditEvent => ({
  tenantId: caller.tenantId,
  at,
  actor: cutText(storableText(caller.username), LONGEST),
  actorKind: caller.kind,
  apiKey: caller.apiKey,
  channel: origin.channel,
  address: origin.address,
  requestId: origin.requestId ?? null,
  type,
  subjects: subject === undefined ? null : [subject],
  count: 1,
  changes: changes ?? null,
});

function countOther(alike: Map<string, NewAuditEvent>, row: NewAuditEvent): void {
  const known = alike.get(row.type);
  if (known) known.count++;
  else
    alike.set(row.type, {
      ...row,
      actor: OTHERS,
      apiKey: null,
      address: null,
      requestId: null,
      subjects: null,
      changes: null,
    });
}
