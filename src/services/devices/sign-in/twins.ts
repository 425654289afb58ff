import type { Alternation, PollSide } from '../../../database/tables/targets.ts';
import type { Platform } from '../../shared/context.ts';
import type { Device } from '../polling/device.ts';
import type { CredentialUse } from './credential-use.ts';
import { tellSuspicion } from './tell-suspicion.ts';

/*
 * Two devices that use one name. Each keeps to the polling interval, so that within one interval the polls come from one,
 * then from the other, and from the first again: A B A. One device whose address changes, even at each poll, comes back
 * to A only after two intervals; one that polls in a burst over two lines comes back much sooner than after one. Nobody
 * is suspected before it has happened several times in a row. How the sides change is kept in the database, where the
 * polls of all processes come together.
 */

/** A B A B A B A: three intervals of each. */
const RETURNS = 4;
const LATEST = 1.5;
/** Sooner than this part of an interval one device may come back, over two lines. */
const SOONEST = 0.5;
const TRIED_AGAIN_MS = 3_600_000;
/** Suspicions that are written at once: where all devices seem to have twins, it is the network. */
const AT_ONCE = 4;

/** A side that somebody polls from, since then. */
export const sideOf = ({ kind, mark: credential }: CredentialUse, address: string, at: number): PollSide => ({
  mark: markOf(address, credential),
  credential,
  kind,
  address,
  at,
});

/** A number for a text and a number, small enough for a column that every poll is compared with. */
export function markOf(text: string, seed: number): number {
  let mark = seed | 0;
  for (let at = 0; at < text.length; at++) mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0;
  return mark & 0x3fffffff;
}

/**
 * What is known of a device's sides after it polled from these, in this order.
 * @param interval after which it polls, in milliseconds
 */
export function alternationAfter(
  known: Alternation | undefined,
  sides: readonly PollSide[],
  interval: number,
): Alternation | undefined {
  let last = known;
  for (const side of sides) {
    if (last?.now.mark === side.mark) continue;
    const returns = last && comesBack(last, side, interval) ? last.returns + 1 : 0;
    last = { ...last, now: side, ...(last && { before: last.now }), returns };
  }
  return last;
}

function comesBack({ now, before }: Alternation, side: PollSide, interval: number): boolean {
  if (before?.mark !== side.mark) return false;
  const after = side.at - before.at;
  const sameCredential = now.credential === side.credential;
  return after <= LATEST * interval && (!sameCredential || after >= SOONEST * interval);
}

/** Whether it is to be told that two devices seem to use one name: again after an hour, should it have failed. */
export const isSuspicious = ({ now, returns, toldAt = 0 }: Alternation): boolean =>
  returns >= RETURNS && now.at - toldAt >= TRIED_AGAIN_MS;

export interface Twins {
  /**
   * Tells that two devices seem to use one name, at most once a day of a target.
   * @returns false where nothing is done, as many others are being told
   */
  suspect(device: Device, { now, before }: Alternation): boolean;
  /** Waits until what is to be told is written. */
  settled(): Promise<unknown>;
}

export function openTwins(platform: Platform, onError: (error: unknown) => void): Twins {
  const writing = new Set<Promise<void>>();
  return {
    settled: () => Promise.all(writing),
    suspect(device, { before, now }) {
      if (writing.size >= AT_ONCE) return false;
      const told = tellSuspicion(platform, device, [before!, now])
        .catch(onError)
        .finally(() => writing.delete(told));
      writing.add(told);
      return true;
    },
  };
}
