/** A rollout of many targets, from its creation until its first group runs, and what the server needs for it. */
import { readFileSync } from 'node:fs';
import { benchAutoAssigning } from './auto-assigning.mjs';
import { createSet } from './deployments.mjs';
import { median } from './measure.mjs';
import { openCountingDatabase, openMeter, statementsOf } from './meter.mjs';
import { askGraphql, makeDataFolder, startMuster } from './muster.mjs';
import { openLoad, pause } from './processes.mjs';
import { printAim, printTime, printTitle } from './report.mjs';
import { GROUPS, rawRollout } from './rollout-rows.mjs';
import { seed } from './seed.mjs';

/** Each of these polls so often. */
const POLLERS = 4;
const FIRST_POLLERS = 32;
const POLL_MS = 20;
const QUIET_MS = 5_000;
const PATIENCE_MS = 1_800_000;

export async function benchRollouts({ targets, listsStatements }) {
  const folder = await makeDataFolder();
  const database = await openCountingDatabase(folder.dataDir);
  await seed(database.client, targets);
  const muster = await startMuster(folder.dataDir);
  const ask = askerOf(muster);
  const { setId } = await createSet(muster, 'bench');
  const polls = await openPolls(muster, targets);
  const quiet = await polls.during(() => pause(QUIET_MS));
  const idle = megabytes(muster.pid, 'VmRSS');
  const costOf = await openMeter(database.client, muster.pid);
  const times = {};
  const cost = await costOf(async () => {
    const began = performance.now();
    const note = (name) => {
      times[name] = (performance.now() - began) / 1000;
    };
    const { busy, rollout } = await polls
      .during(() => roll(muster, setId, note))
      .then(({ result, ...busy }) => ({ busy, rollout: result }));
    requireCounts(rollout, targets);
    return { busy };
  });
  const list = listsStatements ? await statementsOf(database.client, targets) : () => {};
  const counted = performance.now();
  await ask('GET', 'rollouts?representation=full');
  const listMs = performance.now() - counted;
  const setMs = await pageOfSetMs(muster);
  const peak = megabytes(muster.pid, 'VmHWM');
  await polls.close();
  await benchAutoAssigning(muster, ask, targets);
  await muster.stop();
  const raw = await rawRollout(database.client, setId);

  printTitle(`A rollout of ${targets.toLocaleString('en')} targets in ${GROUPS} groups`);
  printAim('  created', times.created, 's');
  printAim('  ready', times.ready, 's');
  printAim('  the first group runs, the others are scheduled', times.running, 's');
  printAim('  the same rows by INSERT … SELECT: in groups', raw.ready, 's');
  printAim('  the first group runs, the others are scheduled', raw.running, 's');
  const ratio = times.running / raw.running;
  printAim('    Muster : INSERT … SELECT', ratio, '×', '≤ 2.5', ratio <= 2.5);
  printAim('  processor time of the server', cost.server, 's');
  printAim('  of the database', cost.database, 's');
  printAim('  written ahead by the database, a target', cost.walBytes / targets, 'bytes');
  printAim(`  memory of the server, ${idle.toFixed(0)} MB when idle, at its peak`, peak, 'MB');
  printAim('  the list of rollouts with their counts then', listMs, 'ms');
  printAim('  the first page of the targets of its set', setMs, 'ms', '≤ 20', setMs <= 20);
  const times99 = cost.busy.p99 / quiet.p99;
  printTime('  99 of 100 polls when quiet', quiet.p99, 1);
  printTime('  meanwhile', cost.busy.p99, times99, 5);
  printAim('  the slowest meanwhile', cost.busy.slowest, 'ms');
  list();
  await database.stop();
  await folder.stop();
}

const ASKED = 9;

/** The median of some times. */
async function pageOfSetMs(muster) {
  const query = `{ distributionSets(first: 1, filter: "name==bench") {
    nodes { assignedTargets(first: 50) { nodes { controllerId name } } } } }`;
  const took = [];
  for (let n = 0; n < ASKED; n++) {
    const began = performance.now();
    const { distributionSets } = await askGraphql(muster, query);
    took.push(performance.now() - began);
    if (distributionSets.nodes[0].assignedTargets.nodes.length !== 50)
      throw new Error('the page is not full');
  }
  return median(took);
}

/** Makes a rollout and starts it, and notes when it was how far. */
export async function roll(muster, setId, note) {
  const ask = askerOf(muster);
  const { id } = await ask('POST', 'rollouts', {
    name: 'bench',
    distributionSetId: setId,
    targetFilterQuery: 'name==Device*',
    amountGroups: GROUPS,
  });
  note('created');
  await until(ask, id, 'ready');
  note('ready');
  await ask('POST', `rollouts/${id}/start`);
  const rollout = await until(ask, id, 'running');
  note('running');
  return rollout;
}

/** Devices that poll all the while, so many a second whatever the server does; each has polled before, as in a fleet. */
export async function openPolls({ port, host, tls }, devices) {
  const workload = { kind: 'polls', devices: Math.min(devices, 20_000), host, tls };
  const first = await openLoad(port, FIRST_POLLERS, workload);
  await first.run(PATIENCE_MS / 1_000, workload.devices);
  await first.close();
  const load = await openLoad(port, POLLERS, { ...workload, everyMs: POLL_MS });
  return {
    close: load.close,
    /** @returns what `work` returns, and how long the polls took meanwhile */
    async during(work) {
      let working = true;
      const took = [];
      const poll = async () => {
        while (working) for (const one of (await load.run(1)).took) took.push(one);
      };
      const [result] = await Promise.all([work().finally(() => (working = false)), poll()]);
      took.sort((a, b) => a - b);
      return { result, p99: took[Math.floor(took.length * 0.99)], slowest: took.at(-1) };
    },
  };
}

const askerOf =
  ({ url }) =>
  async (method, path, body) => {
    const response = await fetch(`${url}/rest/v1/${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

async function until(ask, id, status) {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    // Not the rollout itself, whose targets would be counted each time.
    const { content } = await ask('GET', `rollouts?q=id==${id}`);
    if (content[0].status === status) return ask('GET', `rollouts/${id}`);
    if (performance.now() > patience) throw new Error(`the rollout is ${content[0].status}, not ${status}`);
    await pause(50);
  }
}

function requireCounts({ totalTargetsPerStatus: { running, scheduled, notstarted } }, targets) {
  const wanted = targets / GROUPS;
  if (running !== wanted || scheduled !== targets - wanted || notstarted !== 0)
    throw new Error(`${running} run, ${scheduled} are scheduled, ${notstarted} have not started`);
}

/** Of Linux; elsewhere nothing tells the peak. */
export function megabytes(pid, field) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
