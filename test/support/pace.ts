/*
 * How fast this machine is: what takes time is measured in units of a piece of work that any machine does alike, so that
 * tests hold on slow and busy ones.
 */

const ROWS = Array.from({ length: 2_000 }, (_, n) => ({ id: n, name: `row ${n}`, tags: ['a', `b-${n}`] }));
/** Of the unit, on the machine of docs/measured.md. */
const UNIT_MS = 1.2;
const TRIES = 7;

/** The processor time of the fastest of some tries, in ms. */
function fastestOf(work: () => unknown): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / 1_000);
  }
  return fastest;
}

const unit = () => fastestOf(() => JSON.parse(JSON.stringify(ROWS)));

/** What work costs, in units: one is to write and read a JSON text of 100 kB. */
export const unitsOf = (work: () => unknown): number => fastestOf(work) / unit();

/** How many times longer than the machine of docs/measured.md this one takes at this moment; never less than 1. */
export const slowness = (): number => Math.max(1, unit() / UNIT_MS);
