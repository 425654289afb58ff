import type { Link } from './link.ts';
import { asUnavailable, DatabaseUnavailableError, isFull } from './unavailable.ts';

/** A caller shares a link with others, or has its own. */
export type Use = 'shared' | 'own';

/** A link of a pool. */
export interface Member {
  link: Link;
  /** A transaction has it, or it is being ended. */
  reserved: boolean;
  /** When it is old and is replaced. */
  until: number;
  /** Whether it gets no new work. */
  old: boolean;
  /** Rejects when the link ends. */
  over: Promise<never>;
}

export interface MembersOptions {
  most: number;
  connect: (signal: AbortSignal) => Promise<Link>;
  tell: (line: string) => void;
  /** A link was opened or has ended, or couldn't be opened while there are others. */
  onChange: () => void;
  /** The last answer that a link waited for has come. */
  onIdle: (member: Member) => void;
  /** A link couldn't be opened, and there is no other. */
  onFailure: (error: unknown) => void;
}

/** Statements sent on one link before the first is answered. */
const AWAITED_AT_MOST = 1_000;
/**
 * The wait after a connection couldn't be opened: up to twice as long, so that not all processes try at the same time.
 */
const REST_MS = 250;
const REST_WHEN_FULL_MS = 5_000;
/** The server's memory for a connection grows with its age. */
const LIFETIME_MS = 45 * 60_000;

const hasEnded = () => new DatabaseUnavailableError('the connection has ended');

/**
 * The links of a pool. If there are several, one is never given to a transaction. Otherwise a read beside a transaction
 * waits for the end of other transactions, which wait for the same.
 */
export function openMembers({ most, connect, tell, onChange, onIdle, onFailure }: MembersOptions) {
  const members: Member[] = [];
  let connecting = 0;
  let connects = new AbortController();
  let restUntil = 0;
  let fullUntil = 0;

  const capacity = () => (performance.now() < fullUntil ? Math.max(1, members.length) : most);
  const mayGrow = () => members.length + connecting < most && performance.now() >= restUntil;

  const pick = (use: Use): Member | undefined => {
    let best: Member | undefined;
    let reserved = 0;
    for (const member of members) {
      if (member.reserved) reserved++;
      else if (!member.old && (!best || member.link.awaited < best.link.awaited)) best = member;
    }
    if (!best || best.link.awaited >= AWAITED_AT_MOST) return undefined;
    if (use === 'shared') return best;
    if (reserved >= Math.max(1, capacity() - 1)) return undefined;
    // A new link is better than one on which others wait.
    if (best.link.awaited && mayGrow()) return undefined;
    best.reserved = true;
    return best;
  };
  const open = async (signal: AbortSignal) => {
    connecting++;
    const link = await connect(signal).finally(() => connecting--);
    if (signal.aborted) return link.cut();
    if (link.isOver) throw hasEnded();
    fullUntil = 0;
    const member = memberOf(link, () => {
      members.splice(members.indexOf(member), 1);
      onChange();
    });
    link.onIdle = () => onIdle(member);
    members.push(member);
    onChange();
  };
  const fail = (error: unknown) => {
    const full = isFull(error);
    restUntil = performance.now() + (full ? REST_WHEN_FULL_MS : REST_MS) * (1 + Math.random());
    if (full) {
      fullUntil = restUntil;
      tell(`the database has no more than ${members.length} connections left for this pool of ${most}`);
    }
    if (members.length || connecting) onChange();
    else onFailure(asUnavailable(error));
  };

  return {
    /** How many there can be, as far as known. */
    capacity,
    all: (): readonly Member[] => members,
    /** The link with the least work; for `own` it is reserved. Undefined if none is free now. */
    pick,
    /** Opens as many as are wanted, if possible. */
    grow(wanted: number) {
      while (connecting < wanted && mayGrow()) {
        const { signal } = connects;
        open(signal).catch((error) => {
          if (!signal.aborted) fail(error);
        });
      }
    },
    /** Ends old links that have nothing to do. */
    retireOld: () => retireOld(members),
    /** Ends the wait after a connection couldn't be opened. */
    retry() {
      restUntil = 0;
    },
    /** Ends all links at once, also those that are being opened. */
    cutAll() {
      connects.abort();
      connects = new AbortController();
      for (const { link } of [...members]) link.cut();
    },
  };
}

function memberOf(link: Link, onOver: () => void): Member {
  const lifetime = LIFETIME_MS * (0.75 + Math.random() / 2);
  const over = new Promise<never>((_, reject) => {
    link.onOver = () => {
      reject(hasEnded());
      onOver();
    };
  });
  over.catch(() => {});
  return { link, over, reserved: false, old: false, until: performance.now() + lifetime };
}

function retireOld(members: readonly Member[]): void {
  const now = performance.now();
  for (const member of members) {
    member.old ||= now > member.until;
    if (!member.old || member.reserved || member.link.awaited) continue;
    member.reserved = true;
    void member.link.end();
  }
}
