/** `muster import hawkbit` of a whole fleet, from one Muster that plays hawkBit into another, and `--verify` after it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createSet } from './deployments.mjs';
import { seedFilterFleet } from './filter-fleet.mjs';
import { askGraphql, makeDataFolder, openDatabase, startMuster, tracked } from './muster.mjs';
import { pause, processorSeconds, residentMegabytes } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const LOOK_EVERY_MS = 500;
const MEGABYTE = new Uint8Array(1 << 20).fill(7);

export async function benchMoving({ targets }) {
  printTitle(`A hawkBit of ${targets.toLocaleString('en')} targets is brought over as a whole`);
  const [from, to] = [await makeDataFolder(), await makeDataFolder()];
  const hawkbit = await startMuster(from.dataDir);
  const muster = await startMuster(to.dataDir);
  await fill(hawkbit, from, targets);
  const run = (...options) =>
    runCommand(
      ['import', 'hawkbit', '--url', hawkbit.url, '--to', muster.url, '--state', `${to.dataDir}.json`],
      options,
    );

  print('import', targets, await run());
  print('--verify', targets, await run('--verify'));
  const [there, here] = [await totalsOf(hawkbit), await totalsOf(muster)];
  console.log(`  hawkBit ${there}\n  Muster  ${here}`);
  if (there !== here) throw new Error('the two have different numbers of things');
  for (const one of [hawkbit, muster, from, to]) await one.stop();
}

/** What every target has: two tags, three attributes, a metadata entry, a token; every third a set that is installed. */
async function fill(hawkbit, { dataDir }, targets) {
  const database = await openDatabase(dataDir);
  const { client } = database;
  await seedFilterFleet(client, targets);
  const { setId } = await createSet(hawkbit, 'firmware', { 'firmware.bin': MEGABYTE });
  await client`
    INSERT INTO target_metadata (tenant_id, target_id, key, value)
    SELECT 1, id, 'place', 'hall ' || id % 50 FROM targets WHERE tenant_id = 1`;
  await client`
    INSERT INTO target_deployments (tenant_id, target_id, assigned_set_id, installed_set_id)
    SELECT 1, id, ${setId}, ${setId} FROM targets WHERE tenant_id = 1 AND id % 3 = 0`;
  await client`UPDATE target_counts SET total = 0 WHERE tenant_id = 1`;
  await client`
    INSERT INTO target_counts (tenant_id, share, total) VALUES (1, 0, ${targets})
    ON CONFLICT (tenant_id, share) DO UPDATE SET total = excluded.total`;
  await client`VACUUM (ANALYZE) targets, target_metadata, target_deployments`;
  await database.stop();
}

/** @returns the seconds it took, the processor time, and the most and the last memory; fails unless it ends with 0 */
async function runCommand(command, options) {
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...command, ...options], {
    env: {
      ...process.env,
      HAWKBIT_USER: 'admin',
      HAWKBIT_PASSWORD: 'admin',
      MUSTER_USER: 'admin',
      MUSTER_PASSWORD: 'admin',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const handle = tracked({ stop: async () => void child.kill('SIGKILL') });
  const ended = once(child, 'exit');
  const seen = { most: 0, last: 0, processor: 0 };
  let isRunning = true;
  ended.then(() => {
    isRunning = false;
  });
  while (isRunning) {
    seen.processor = processorSeconds(child.pid) ?? seen.processor;
    seen.last = memoryOf(child.pid) ?? seen.last;
    seen.most = Math.max(seen.most, seen.last);
    await Promise.race([ended, pause(LOOK_EVERY_MS)]);
  }
  const [code] = await ended;
  await handle.stop();
  if (code !== 0) throw new Error(`muster ${command.join(' ')} ${options.join(' ')} ended with ${code}`);
  return { ...seen, seconds: (performance.now() - began) / 1000 };
}

/** It may just have ended. */
function memoryOf(pid) {
  try {
    return residentMegabytes(pid);
  } catch {
    return undefined;
  }
}

function print(what, targets, { seconds, processor, most, last }) {
  printAim(`  ${what}`, seconds, 's');
  printAim(`  ${what}: processor time for each 1,000 targets`, (processor / targets) * 1000, 's');
  printAim(`  ${what}: memory at its peak`, most, 'MB');
  printAim(`  ${what}: memory at its end`, last, 'MB');
}

const LISTS = ['targets', 'targetTags', 'targetTypes', 'softwareModules', 'distributionSets'];

async function totalsOf(server) {
  const totals = await askGraphql(
    server,
    `{ ${LISTS.map((list) => `${list}(first: 1) { totalCount }`).join(' ')} }`,
  );
  return LISTS.map((list) => `${list} ${totals[list].totalCount}`).join(', ');
}
