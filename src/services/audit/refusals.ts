import type { Database } from '../../database/connect.ts';
import type { Actor, Origin } from '../context.ts';
import { storableText } from '../text.ts';
import { type NewAuditEvent, writeEvents } from './write.ts';

/** What somebody was not let do. */
export interface Refusal {
  type: 'permission.refused' | 'sign-in.failed';
  /** The permission that lacked. */
  subject?: string;
}

/** Gathers refusals for the audit trail: nothing of the change's own transaction is left to write them in. */
export interface Refusals {
  note(by: { caller: Actor; origin: Origin }, refusal: Refusal): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const WRITE_EVERY_MS = 10_000;
/** Of a tenant and at a time; the others are told as one, so that whoever tries at random can't fill the disk. */
const TOLD_APART = 10;
const OTHERS = '(others)';
const LONGEST = 256;

/** The same refusal of the same caller is one event that counts how often. A crash loses the last ten seconds. */
export function openRefusals(
  database: Database,
  clock: () => Date,
  onError: (error: unknown) => void,
): Refusals {
  let waiting = new Map<number, Map<string, NewAuditEvent>>();

  const flush = async () => {
    const rows = [...waiting.values()].flatMap((ofTenant) => [...ofTenant.values()]);
    waiting = new Map();
    await writeEvents(database, rows).catch(onError);
  };
  const timer = setInterval(flush, WRITE_EVERY_MS);
  timer.unref();

  return {
    flush,
    note({ caller, origin }, refusal) {
      const { tenantId } = caller;
      const ofTenant = waiting.get(tenantId) ?? new Map<string, NewAuditEvent>();
      waiting.set(tenantId, ofTenant);
      const row = rowOf(caller, origin, refusal, clock());
      const key = JSON.stringify([row.type, row.actor, row.apiKey, row.door, row.address, row.subjects]);
      const known = ofTenant.get(key);
      if (known) known.count++;
      else if (ofTenant.size < TOLD_APART) ofTenant.set(key, row);
      else countOther(ofTenant, row);
    },
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}

const rowOf = (caller: Actor, origin: Origin, { type, subject }: Refusal, at: Date): NewAuditEvent => ({
  tenantId: caller.tenantId,
  at,
  actor: storableText(caller.username).slice(0, LONGEST),
  actorKind: caller.kind,
  apiKey: caller.apiKey,
  door: origin.door,
  address: origin.address,
  type,
  subjects: subject === undefined ? null : [subject],
  count: 1,
});

function countOther(ofTenant: Map<string, NewAuditEvent>, row: NewAuditEvent): void {
  const known = ofTenant.get(row.type);
  if (known) known.count++;
  else ofTenant.set(row.type, { ...row, actor: OTHERS, apiKey: null, address: null, subjects: null });
}
