/** The figures as people read them. */
import { cpus } from 'node:os';

export function printMachine(effort, postgres) {
  const [first] = cpus();
  console.log(
    `${cpus().length} × ${first?.model.trim()}, Node.js ${process.version}, PostgreSQL ${postgres}`,
  );
  console.log(`Each figure is the median of ${effort.runs} runs of ${effort.seconds} s; rivals run in turn.`);
}

export function printTitle(title) {
  console.log(`\n${title}`);
}

const WIDTHS = [66, 11, 10, 29];

/**
 * The processor time comes first: the load is made on the same machine, and takes from the rate.
 * @param {import('./measure.mjs').Measured} measured
 */
export function printRate({ label, rate, rates, microseconds }) {
  const cost = microseconds === undefined ? '' : microseconds.toFixed(microseconds < 10 ? 1 : 0);
  const cells = [cost, cost && 'µs CPU', `${format(rate)}/s`, `(${rates.map(format).join(' ')})`];
  console.log(line(label, cells));
}

const line = (label, [value, unit, cost, rest]) =>
  `  ${label.padEnd(WIDTHS[0])}${`${value} ${unit}`.trim().padStart(WIDTHS[1])}  ${cost.padStart(WIDTHS[2] + 2)}  ${rest}`;

/**
 * One measured against another, and what it is to be at the least. The ratio by processor time stays the same while
 * other programs use the machine.
 */
export function printRatio(of, to, least) {
  const ratio = of.rate / to.rate;
  const aim = least === undefined ? undefined : `≥ ${least}`;
  printAim(`    ${of.label} : ${to.label}`, ratio, '', aim, ratio >= least);
  if (of.microseconds && to.microseconds && of.pid !== to.pid)
    printAim('      by processor time', to.microseconds / of.microseconds, '');
}

/** The same, but what is to be at the least is the ratio by processor time. */
export function printCostRatio(of, to, least) {
  if (!of.microseconds || !to.microseconds) return printRatio(of, to, least);
  const ratio = to.microseconds / of.microseconds;
  const aim = least === undefined ? undefined : `≥ ${least}`;
  printAim(`    ${of.label} : ${to.label}, by processor time`, ratio, '', aim, ratio >= least);
  printAim('      by rate', of.rate / to.rate, '');
}

export function printAim(label, value, unit, aim, met) {
  const verdict = aim === undefined ? '' : `aim ${aim}: ${met ? 'met' : 'NOT MET'}`;
  console.log(line(label, [value.toFixed(value < 100 ? 2 : 0), unit, '', verdict]));
}

/** What one takes, and how many times as long as another that is; what it may be at the most. */
export function printTime(label, milliseconds, times, most) {
  const verdict = most === undefined ? '' : `aim ≤ ${most} ×: ${times <= most ? 'met' : 'NOT MET'}`;
  console.log(line(label, [milliseconds.toFixed(1), 'ms', `${times.toFixed(1)} ×`, verdict]));
}

const format = (rate) => (rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en'));
