import type { AnyAnnouncement, Counted } from './announcement.ts';

/** PostgreSQL's limit is 8,000 bytes. */
const MESSAGE_BYTES = 7_500;

/** What is to be announced for one tenant. */
export interface Waiting {
  everything: boolean;
  settings: boolean;
  manyCreated: boolean;
  manyReported: boolean;
  updated: Set<string>;
  created: Set<string>;
  reported: Set<string>;
  /** controllerIds by target id. */
  deleted: Map<number, string>;
  rollouts: Set<number>;
  pending: boolean;
  software: boolean;
  auditEvents: Set<number>;
  manyAuditEvents: boolean;
}

/**
 * An entry of a message: the tenant, a letter and what is named: `[1, "*"]` everything, `[1, "s"]` settings,
 * `[1, "c", …]` created (none named: many), `[1, "u", …]` updated, `[1, "d", targetId, controllerId, …]` deleted,
 * `[1, "p", …]` reported (none named: many), `[1, "r", …]` rollouts, `[1, "w"]` devices that wait for an approval,
 * `[1, "f"]` software, `[1, "a", …]` audit events (none named: many). Of no tenant: `[0, "l", limit, name, much, …]`, what
 * limits have counted.
 */
type Entry = [tenantId: number, letter: string, ...names: (string | number)[]];

/** A message is a JSON list: the sender, then entries. */
export function* encode(
  self: string,
  batch: Map<number, Waiting>,
  counted: Iterable<Counted>,
): Generator<string> {
  const head = JSON.stringify(self);
  let message = [head];
  let bytes = 0;
  for (const entry of [...entriesOf(batch), ...entriesOfCounted(counted)]) {
    const text = JSON.stringify(entry);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > MESSAGE_BYTES) {
      yield `[${message}]`;
      message = [head];
      bytes = 0;
    }
    message.push(text);
    bytes += size;
  }
  if (message.length > 1) yield `[${message}]`;
}

function* entriesOf(batch: Map<number, Waiting>): Generator<Entry> {
  for (const [tenantId, tenant] of batch) {
    for (const group of groups(tenant.rollouts)) yield [tenantId, 'r', ...group];
    if (tenant.manyAuditEvents) yield [tenantId, 'a'];
    else for (const group of groups(tenant.auditEvents)) yield [tenantId, 'a', ...group];
    if (tenant.pending) yield [tenantId, 'w'];
    if (tenant.software) yield [tenantId, 'f'];
    if (tenant.everything) {
      yield [tenantId, '*'];
      continue;
    }
    if (tenant.settings) yield [tenantId, 's'];
    // What was deleted comes first: a controllerId may have been taken again.
    for (const group of groups([...tenant.deleted])) yield [tenantId, 'd', ...group.flat()];
    if (tenant.manyCreated) yield [tenantId, 'c'];
    else for (const group of groups(tenant.created)) yield [tenantId, 'c', ...group];
    for (const group of groups(tenant.updated)) yield [tenantId, 'u', ...group];
    if (tenant.manyReported) yield [tenantId, 'p'];
    else for (const group of groups(tenant.reported)) yield [tenantId, 'p', ...group];
  }
}

function* entriesOfCounted(counted: Iterable<Counted>): Generator<Entry> {
  const triples = [...counted].map(({ limit, name, much }) => [limit, name, much] as const);
  for (const group of groups(triples)) yield [0, 'l', ...group.flat()];
}

/** Groups so small that each fits a message: a controllerId has at most 256 units, 1,536 bytes in JSON. */
function* groups<T>(names: Iterable<T>): Generator<T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const name of names) {
    const size = Buffer.byteLength(JSON.stringify(name)) + 1;
    if (bytes + size > MESSAGE_BYTES / 2 && group.length) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(name);
    bytes += size;
  }
  if (group.length) yield group;
}

export interface Message {
  sender: string;
  announcements: AnyAnnouncement[];
}

/** Undefined for a message of another form, as another version may send it: it may say anything. */
export function decode(message: string): Message | undefined {
  try {
    const [sender, ...entries] = JSON.parse(message) as [string, ...Entry[]];
    return { sender, announcements: entries.map(announcementOf) };
  } catch {
    return undefined;
  }
}

function announcementOf([tenantId, letter, ...names]: Entry): AnyAnnouncement {
  const controllerIds = names.filter((name) => typeof name === 'string');
  const targetIds = names.filter((name) => typeof name === 'number');
  switch (letter) {
    case 'l':
      return { counted: countedOf(names) };
    case 'r':
      return { tenantId, rolloutIds: names.map(Number) };
    case 'a':
      return { tenantId, auditEventIds: names.length ? names.map(Number) : undefined };
    case 'w':
      return { tenantId, kind: 'pending' };
    case 'f':
      return { tenantId, kind: 'software' };
    case 's':
      return { tenantId, kind: 'settings' };
    case 'c':
      return { tenantId, kind: 'created', ...(controllerIds.length && { controllerIds }) };
    case 'p':
      return { tenantId, kind: 'reported', ...(controllerIds.length && { controllerIds }) };
    case 'u':
      return { tenantId, kind: 'updated', controllerIds };
    case 'd':
      return { tenantId, kind: 'deleted', controllerIds, targetIds };
    default:
      return { tenantId };
  }
}

function countedOf(names: (string | number)[]): Counted[] {
  const counted: Counted[] = [];
  for (let at = 0; at < names.length; at += 3)
    counted.push({ limit: String(names[at]), name: String(names[at + 1]), much: Number(names[at + 2]) });
  return counted;
}
