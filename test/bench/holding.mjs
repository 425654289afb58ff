/** Whether the server holds: by more processes, for long, with very many connections, and beside a large import. */
import { fileOf, upload } from './imports.mjs';
import { measure, median } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openChild, openLoad, pause, processorSecondsOfAll } from './processes.mjs';
import { printAim, printRate, printRatio, printTime, printTitle } from './report.mjs';
import { megabytes, openPolls } from './rollouts.mjs';
import { pollRequest } from './workloads.mjs';

const DEVICES = 20_000;
const CONNECTIONS = 48;
const IDLE = 10_000;
const QUIET_MS = 5_000;
const ROWS = 100_000;
/** Parts of a long run, of which the memory is compared. */
const PARTS = 10;
const GROWS_AT_MOST = 1.1;

export async function benchHolding(options) {
  await benchWorkers(options);
  await benchImport(options);
  await benchIdle(options);
  await benchMemory(options);
}

/** The load takes a part of the processors, too, so the ratio shows how far the machine goes, not only the server. */
async function benchWorkers({ dataDir, effort }) {
  const rivals = [];
  for (const workers of [1, 2]) {
    const muster = await startMuster(dataDir, { MUSTER_WORKERS: String(workers) });
    const load = await openLoad(muster.port, CONNECTIONS, {
      kind: 'polls',
      devices: DEVICES,
      host: muster.host,
    });
    const label = workers === 1 ? 'one worker' : 'two workers';
    rivals.push({ label, muster, load, warmAfter: 4 * DEVICES, run: load.run, used: [] });
  }
  const timed = rivals.map((rival) => ({
    ...rival,
    async run(seconds) {
      const before = processorSecondsOfAll(rival.muster.pid);
      const result = await rival.run(seconds);
      const used = processorSecondsOfAll(rival.muster.pid) - before;
      rival.used.push({ processors: used / result.seconds, each: (used / result.requests) * 1e6 });
      return result;
    },
  }));
  const [one, two] = await measure(timed, effort);
  printTitle(`Polls per second by workers, ${DEVICES} devices in turn, ${CONNECTIONS} connections`);
  for (const result of [one, two]) printRate(result);
  printRatio(two, one, 1.7);
  const last = rivals.map(({ used }) => used.slice(-effort.runs));
  const [each, eachOfTwo] = last.map((used) => median(used.map((run) => run.each)));
  for (const [index, { label }] of rivals.entries()) {
    printAim(`  processors that ${label} used`, median(last[index].map((run) => run.processors)), '');
    printAim('  processor time of a poll', index ? eachOfTwo : each, 'µs');
  }
  const free = (2 * each) / eachOfTwo;
  printAim('    two workers : one worker, each with a processor of its own', free, '', '≥ 1.7', free >= 1.7);
  for (const { load, muster } of rivals) {
    await load.close();
    await muster.stop();
  }
}

async function benchImport({ dataDir }) {
  const muster = await startMuster(dataDir);
  const polls = await openPolls(muster, DEVICES);
  await polls.during(() => pause(QUIET_MS));
  const quiet = await polls.during(() => pause(QUIET_MS));
  const shape = { attributes: [] };
  const from = Math.floor(Math.random() * 1e6) * 1e3;
  const busy = await polls.during(() => upload(muster, fileOf(shape, from, ROWS), ROWS));
  printTitle(`Polls beside an import of ${ROWS.toLocaleString('en')} rows`);
  printTime('  99 of 100 polls when quiet', quiet.p99, 1);
  printTime('  meanwhile', busy.p99, busy.p99 / quiet.p99, 5);
  printAim('  the slowest meanwhile', busy.slowest, 'ms');
  await polls.close();
  await muster.stop();
}

async function benchIdle({ dataDir }) {
  const muster = await startMuster(dataDir, {
    MUSTER_CONNECTIONS: String(IDLE + 1_000),
    MUSTER_ADDRESS_CONNECTIONS: String(IDLE + 1_000),
    MUSTER_KEEP_ALIVE: '600',
  });
  const polls = await openPolls(muster, DEVICES);
  await polls.during(() => pause(QUIET_MS));
  const before = megabytes(muster.pid, 'VmRSS');
  const child = openChild('idle.mjs');
  const request = String(pollRequest(1, muster.host));
  const opened = await child.ask({ port: muster.port, count: IDLE, request });
  const meanwhile = await polls.during(() => pause(QUIET_MS));
  const held = megabytes(muster.pid, 'VmRSS');
  const again = await child.ask({ ask: true });
  printTitle(`${IDLE.toLocaleString('en')} idle connections`);
  printAim('  opened and answered', opened.answered, '', `${IDLE}`, opened.answered === IDLE);
  printAim(
    '  answered again on the same connections',
    again.answered,
    '',
    `${IDLE}`,
    again.answered === IDLE,
  );
  printAim('  memory for each', ((held - before) * 1024) / IDLE, 'KB');
  printAim('  99 of 100 polls meanwhile', meanwhile.p99, 'ms');
  await child.close();
  await polls.close();
  await muster.stop();
}

/** Polls, and a tenth of reads through GraphQL, which leave the most garbage. */
async function benchMemory({ dataDir, requests }) {
  const muster = await startMuster(dataDir);
  const load = await openLoad(muster.port, CONNECTIONS, {
    kind: 'polls',
    devices: DEVICES,
    host: muster.host,
  });
  const reads = await openLoad(muster.port, 2, {
    kind: 'graphql',
    query: '{ targets(first: 5) { nodes { controllerId name overdue } } }',
    host: muster.host,
  });
  const memory = [];
  let done = 0;
  for (let part = 1; part <= PARTS; part++) {
    let least = Number.POSITIVE_INFINITY;
    while (done < (requests * part) / PARTS) {
      for (const result of await Promise.all([load.run(1), reads.run(1)])) done += result.requests;
      least = Math.min(least, megabytes(muster.pid, 'VmRSS'));
    }
    memory.push(least);
  }
  const [, early] = memory;
  const late = memory.at(-1);
  printTitle(`Memory over ${done.toLocaleString('en')} requests`);
  printAim('  after a fifth of them', early, 'MB');
  const ratio = late / early;
  printAim('  at the end', late, 'MB');
  printAim('    the end : the fifth', ratio, '', `≤ ${GROWS_AT_MOST}`, ratio <= GROWS_AT_MOST);
  for (const one of [load, reads]) await one.close();
  await muster.stop();
}
