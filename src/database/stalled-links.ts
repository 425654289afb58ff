import type { Link } from './link.ts';

/** Finds links on which nothing can come any more although nobody closed them, for example if a NAT forgot them. */
export interface StalledLinks {
  /** The question for the server over another link; undefined if no link is in doubt. */
  question(links: readonly Link[]): string | undefined;
  /** Takes the answer to the last question. @returns the links to give up, and why */
  judge(rows: readonly ServerProcess[]): { link: Link; why: string }[];
}

interface ServerProcess {
  pid: number;
  /** Whether it waits for its client. */
  waits: boolean;
  /** How long it has worked, in milliseconds. */
  works: number;
}

interface Doubt {
  /** Bytes received and sent until `since`: none after that. */
  moved: number;
  since: number;
  /** Whether the server has its process: a pooler names others. */
  known: boolean;
  tries: number;
  /** How often in a row the server was not working for it. */
  idle: number;
}

/** After this time the server is asked about a statement. */
const DOUBTED_AFTER_MS = 1_000;
/** The same where the server's process isn't known: a pooler may let a statement wait for a connection. */
const DOUBTED_BEHIND_POOLER_AFTER_MS = 5_000;
/** A process may have begun its work so much later than the last byte was sent to it. */
const BEGINS_WITHIN_MS = 2_000;
/** More than once, because the answer may have been on its way when the server was asked. */
const IDLE_AT_MOST = 2;
/** How often the process of a new link is searched. */
const TRIES = 3;
/** Longer than any statement of ours; this ends a server process that hangs. */
const WAIT_AT_MOST_MS = 15 * 60_000;

/** Processes of all users of this account count, because a pooler doesn't say which one works for a link. */
const questionOf = (links: readonly Link[]) => `
  SELECT pid, coalesce(wait_event IN ('ClientRead', 'ClientWrite'), FALSE) AS waits,
    coalesce(extract(epoch FROM clock_timestamp() - query_start)::float8 * 1000, 0) AS works
  FROM pg_stat_activity
  WHERE pid IN (${links.map(({ pid }) => pid).join(', ')})
    OR (usename = current_user AND state = 'active' AND pid <> pg_backend_pid())`;

const nobodyWorks = (waitedMs: number, longestMs: number) =>
  waitedMs >= DOUBTED_BEHIND_POOLER_AFTER_MS && longestMs < waitedMs - BEGINS_WITHIN_MS;

/**
 * A long statement alone is no sign of a stalled link. But if we wait for the server's process, and that process waits
 * for us or is gone, the link is dead. So it is behind a pooler if no process has worked for as long as we wait.
 */
export function openStalledLinks(): StalledLinks {
  const doubts = new WeakMap<Link, Doubt>();
  let asked: Link[] = [];

  const doubtOf = (link: Link): Doubt => {
    const now = performance.now();
    const doubt = doubts.get(link) ?? { moved: -1, since: now, known: false, tries: 0, idle: 0 };
    doubts.set(link, doubt);
    const moved = link.moved();
    if (moved !== doubt.moved || !link.awaited) Object.assign(doubt, { moved, since: now, idle: 0 });
    return doubt;
  };
  const waitsFor = ({ since }: Doubt) => performance.now() - since;
  return {
    question(links) {
      asked = links.filter((link) => {
        const doubt = doubtOf(link);
        return (!doubt.known && doubt.tries++ < TRIES) || waitsFor(doubt) >= DOUBTED_AFTER_MS;
      });
      if (!asked.length) return undefined;
      return questionOf(asked);
    },
    judge(rows) {
      const waits = new Map(rows.map((row) => [row.pid, row.waits]));
      const longest = Math.max(0, ...rows.filter((row) => !row.waits).map((row) => row.works));
      const given: { link: Link; why: string }[] = [];
      for (const link of asked) {
        const doubt = doubtOf(link);
        const isIdle = waits.get(link.pid) ?? (doubt.known || nobodyWorks(waitsFor(doubt), longest));
        doubt.known ||= waits.has(link.pid);
        if (waitsFor(doubt) < DOUBTED_AFTER_MS) continue;
        doubt.idle = isIdle ? doubt.idle + 1 : 0;
        if (doubt.idle >= IDLE_AT_MOST) given.push({ link, why: 'nothing comes from the other end' });
        else if (waitsFor(doubt) > WAIT_AT_MOST_MS) given.push({ link, why: 'a statement took too long' });
      }
      return given;
    },
  };
}
