/** A rollout of many targets, from its creation until its first group runs, and what the server needs for it. */
import { readFileSync } from 'node:fs';
import { makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { pause, processorSeconds } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { seed } from './seed.mjs';

const GROUPS = 10;
const PATIENCE_MS = 1_800_000;

export async function benchRollouts({ targets }) {
  const folder = await makeDataFolder();
  const muster = await startMuster(folder.dataDir);
  const database = await openDatabase(folder.dataDir);
  await seed(database.client, targets);
  const ask = askerOf(muster);
  const [module] = await ask('POST', 'softwaremodules', [{ type: 'os', name: 'bench', version: '1' }]);
  const modules = [{ id: module.id }];
  const [set] = await ask('POST', 'distributionsets', [{ type: 'os', name: 'bench', version: '1', modules }]);
  const idle = megabytes(muster.pid, 'VmRSS');
  const cpu = processorSeconds(muster.pid);

  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const { id } = await ask('POST', 'rollouts', {
    name: 'bench',
    distributionSetId: set.id,
    targetFilterQuery: 'name==Device*',
    amountGroups: GROUPS,
  });
  const created = seconds();
  await until(ask, id, 'ready');
  const ready = seconds();
  await ask('POST', `rollouts/${id}/start`);
  const rollout = await until(ask, id, 'running');
  const running = seconds();
  const counted = performance.now();
  await ask('GET', 'rollouts?representation=full');
  const list = performance.now() - counted;
  requireCounts(rollout, targets);

  printTitle(`A rollout of ${targets.toLocaleString('en')} targets in ${GROUPS} groups`);
  printAim('  created', created, 's');
  printAim('  ready', ready, 's');
  printAim('  the first group runs, the others are scheduled', running, 's');
  printAim('  processor time of the server', processorSeconds(muster.pid) - cpu, 's');
  const peak = megabytes(muster.pid, 'VmHWM');
  printAim(`  memory of the server, ${idle.toFixed(0)} MB when idle, at its peak`, peak, 'MB');
  printAim('  the list of rollouts with their counts then', list, 'ms');
  await muster.stop();
  await database.stop();
  await folder.stop();
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
function megabytes(pid, field) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
