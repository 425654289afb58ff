import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { openDevice, type SimulatedDevice } from './device.ts';
import { newTally, noteError, type Tally } from './tally.ts';
import type { UpdateOptions } from './update.ts';
import { DeviceError, openWire } from './wire.ts';

export interface FleetOptions extends UpdateOptions {
  url: URL;
  tenant: string;
  gatewayToken: string;
  devices: number;
  prefix: string;
  intervalMs: number;
  connections: number;
}

export interface Fleet {
  tally: Tally;
  /** Polls with the first device, to see whether the server takes it. @throws DeviceError */
  prove(): Promise<void>;
  /** Lets the devices play until the signal. What is under way then gets a moment to end. */
  play(signal: AbortSignal): Promise<void>;
}

const GOODBYE_MS = 3_000;
const ARRIVAL_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;

/** Devices with the names `prefix` and a number. */
export function openFleet(options: FleetOptions): Fleet {
  const { url, tenant, gatewayToken, prefix, intervalMs, connections } = options;
  const tally = newTally(options.devices);
  const wire = openWire(url, gatewayToken, connections);
  const base = `${url.href.replace(/\/$/, '')}/${encodeURIComponent(tenant)}/controller/v1`;
  const digits = String(options.devices).length;
  const devices = Array.from({ length: options.devices }, (_, index) =>
    openDevice(base, `${prefix}${String(index + 1).padStart(digits, '0')}`, { wire, tally, options }),
  );

  const live = async (device: SimulatedDevice, signal: AbortSignal) => {
    // They arrive one after the other, and never poll all at the same moment.
    await pause(Math.random() * Math.min(intervalMs, ARRIVAL_MS), undefined, { signal });
    for (let failed = 0; !signal.aborted; ) {
      let wait = 0;
      try {
        await device.poll();
        failed = 0;
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        if (!signal.aborted) noteError(tally, error.message);
        wait = Math.max(error.retryAfterMs, Math.min(intervalMs * 2 ** failed++, LONGEST_PAUSE_MS));
      }
      await pause(Math.max(wait, intervalMs) * (0.9 + Math.random() * 0.2), undefined, { signal });
    }
  };
  return {
    tally,
    async prove() {
      await devices[0]?.poll();
    },
    async play(signal) {
      setMaxListeners(0, signal);
      const leave = new AbortController();
      const goodbye = () =>
        void pause(GOODBYE_MS, undefined, { signal: leave.signal, ref: false }).then(wire.close, () => {});
      signal.addEventListener('abort', goodbye, { once: true });
      try {
        await Promise.all(devices.map((device) => live(device, signal).catch(unlessAborted)));
      } finally {
        leave.abort();
        wire.close();
      }
    },
  };
}

function unlessAborted(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}
