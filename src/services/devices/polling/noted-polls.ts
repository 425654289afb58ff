import type { PollSide } from '../../../database/tables/targets.ts';
import type { CredentialUse } from '../sign-in/credential-use.ts';
import { sideOf } from '../sign-in/twins.ts';
import type { Polled } from './device.ts';

/** Polls that aren't written yet, of each device the newest: in lists, so that a poll makes no garbage. */
export interface NotedPolls<T extends Polled> {
  devices: T[];
  /** Milliseconds since 1970. */
  times: number[];
  addresses: string[];
  /** What the device polled with from that address; undefined where its newest request was no poll. */
  uses: (CredentialUse | undefined)[];
  /** The sides that it polled from before in the same second, where that has changed. */
  earlier: Map<T, PollSide[]>;
}

export const noPolls = <T extends Polled>(): NotedPolls<T> => ({
  devices: [],
  times: [],
  addresses: [],
  uses: [],
  earlier: new Map(),
});

/** What is noted of a request. */
export interface NotedPoll {
  time: number;
  address: string;
  use: CredentialUse | undefined;
}

/** Of a device in one second: whoever changes sides faster is no pair of twins that keep to their intervals. */
const MOST_EARLIER = 4;

export function notePoll<T extends Polled>(
  polls: NotedPolls<T>,
  device: T,
  { time, address, use }: NotedPoll,
): void {
  const { devices, times, addresses, uses } = polls;
  if (devices[device.pollPlace] !== device) {
    device.pollPlace = devices.push(device) - 1;
    uses.push(use);
  } else {
    const at = device.pollPlace;
    const isSame = addresses[at] === address;
    if (use && uses[at] && !(isSame && uses[at].mark === use.mark)) keepEarlier(polls, at);
    uses[at] = use ?? (isSame ? uses[at] : undefined);
  }
  times[device.pollPlace] = time;
  addresses[device.pollPlace] = address;
}

function keepEarlier<T extends Polled>(
  { devices, times, addresses, uses, earlier }: NotedPolls<T>,
  at: number,
): void {
  const kept = earlier.get(devices[at]!) ?? [];
  if (kept.length < MOST_EARLIER) kept.push(sideOf(uses[at]!, addresses[at]!, times[at]!));
  earlier.set(devices[at]!, kept);
}
