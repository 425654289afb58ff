import type { Link } from './link.ts';

/** Finds links on which nothing will come any more though nobody closed them, as when a NAT has forgotten them. */
export interface StalledLinks {
  /** What to ask the server over another link; undefined where nothing is in doubt. */
  question(links: readonly Link[]): string | undefined;
  /** Takes the answer to the last question. @returns links to be given up, and why */
  judge(rows: readonly { pid: number; waits: boolean }[]): { link: Link; why: string }[];
}

interface Doubt {
  /** Bytes that had come and gone by `since`: none did afterwards. */
  moved: number;
  since: number;
  /** Whether the server has shown its process: a pooler names others than there are. */
  known: boolean;
  tries: number;
  /** How often in a row the server didn't work for it. */
  idle: number;
}

/** So long a statement may take without anybody asking what it does. */
const DOUBTED_AFTER_MS = 1_000;
/** The answer may have been on its way when the server was asked. */
const IDLE_AT_MOST = 2;
/** How often a new link's process is looked for. */
const TRIES = 3;
/** Longer than anything here takes; a server process that hangs ends this way. */
const WAIT_AT_MOST_MS = 15 * 60_000;

/**
 * A statement may take long, so that it does says nothing. But where we wait for the server's process, and it waits for
 * us or is gone, neither will hear of the other again.
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
      return `SELECT pid, coalesce(wait_event IN ('ClientRead', 'ClientWrite'), FALSE) AS waits
        FROM pg_stat_activity WHERE pid IN (${asked.map(({ pid }) => pid).join(', ')})`;
    },
    judge(rows) {
      const waits = new Map(rows.map((row) => [row.pid, row.waits]));
      const given: { link: Link; why: string }[] = [];
      for (const link of asked) {
        const doubt = doubtOf(link);
        const isIdle = waits.get(link.pid) ?? doubt.known;
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
