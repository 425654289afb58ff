/** Runs rivals in turn, so that whatever else the machine does meets all of them. */
import { pause, processorSeconds } from './processes.mjs';

/** A server's last poll times are written within a second; the next rival's run isn't to pay for them. */
const SETTLE_MS = 1_200;

/**
 * @typedef {{ label: string, run: (seconds: number) => Promise<{ requests: number, seconds: number }>,
 *   pid?: number, per?: number, warmAfter?: number }} Rival `per`: the units in one request; `pid`: whose
 *   processor time is shown; `warmAfter`: the requests that warm it up
 * @typedef {{ label: string, pid?: number, rates: number[], rate: number, microseconds?: number }} Measured
 */

/**
 * @param {Rival[]} rivals
 * @param {{ runs: number, seconds: number, warmUp: number }} effort
 * @returns {Promise<Measured[]>}
 */
export async function measure(rivals, { runs, seconds, warmUp }) {
  for (const { run, warmAfter = 1 } of rivals)
    for (let done = 0; done < warmAfter; ) done += (await run(warmUp)).requests;
  const results = rivals.map(() => ({ rates: [], costs: [] }));
  for (let round = 0; round < runs; round++) {
    for (const [index, rival] of rivals.entries()) {
      await pause(SETTLE_MS);
      const before = processorSeconds(rival.pid);
      const { requests, seconds: took } = await rival.run(seconds);
      const units = requests * (rival.per ?? 1);
      results[index].rates.push(units / took);
      results[index].costs.push(((processorSeconds(rival.pid) - before) / units) * 1e6);
    }
  }
  return results.map(({ rates, costs }, index) => ({
    label: rivals[index].label,
    pid: rivals[index].pid,
    rates,
    rate: median(rates),
    microseconds: Number.isFinite(costs[0]) ? median(costs) : undefined,
  }));
}

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
