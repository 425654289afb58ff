/**
 * What `muster capacity` counts with: what polls and updates cost, measured with a few devices, and whether that tells what
 * a large fleet costs that goes through its minutes as fast as the machine lets it.
 */
import { randomBytes } from 'node:crypto';
import { costOf } from '../../dist/cli/capacity/model.js';
import { assign, createSet } from './deployments.mjs';
import { openCountingDatabase, openMeter } from './meter.mjs';
import { makeDataFolder, startMuster } from './muster.mjs';
import { openLoad, pause, residentMegabytes } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { seed } from './seed.mjs';

const CONNECTIONS = 64;
const FILE_BYTES = 1 << 16;
const INTERVAL_SECONDS = 300;
/** All devices of the fleet install an update in this time, while others only poll. */
const CAMPAIGN_MINUTES = 1_440;
/** So many that none of them polls twice in a second: its poll time would then be written once. */
const FEW = { updating: 2_000, polling: 100_000, pollsOfEach: 3 };
const OFF_AT_MOST = 0.25;
const SETTLE_MS = 5_000;

export async function benchCapacity({ devices, minutes }) {
  const folder = await makeDataFolder();
  const database = await openCountingDatabase(folder.dataDir);
  const sizeOf = async () =>
    Number((await database.client`SELECT pg_database_size(current_database()) AS bytes`)[0].bytes);
  const empty = await sizeOf();
  await seed(database.client, devices);
  const seeded = await sizeOf();
  let muster = await startMuster(folder.dataDir);
  const { setId } = await createSet(muster, 'capacity', { 'small.bin': randomBytes(FILE_BYTES) });
  const updating = Math.round((devices * minutes) / CAMPAIGN_MINUTES);
  await assign(database.client, setId, 1, FEW.updating + updating);
  await database.client`VACUUM (ANALYZE) actions, target_deployments, action_entries`;
  // It has met none of the devices that were given an update beside it.
  await muster.stop();
  muster = await startMuster(folder.dataDir);
  await pause(SETTLE_MS);
  const process = residentMegabytes(muster.pid);
  const measure = await openMeter(database.client, muster.pid);
  const load = async (workload) => {
    const { run, close } = await openLoad(muster.port, CONNECTIONS, { host: muster.host, ...workload });
    const result = await measure(async () => {
      const done = await run(Number.POSITIVE_INFINITY);
      await cleanUp(database.client);
      return done;
    });
    await close();
    return { ...result, wal: result.walBytes };
  };

  const before = await sizeOf();
  const update = await load({ kind: 'updates', devices: FEW.updating });
  const updated = await sizeOf();
  const known = { kind: 'fleet', first: FEW.updating + updating + 1, devices: FEW.polling };
  const firstPoll = await load({ ...known, polls: FEW.polling });
  const poll = await load({ ...known, polls: FEW.polling * FEW.pollsOfEach });
  const costs = {
    poll: each(poll, FEW.polling * FEW.pollsOfEach),
    firstPoll: each(firstPoll, FEW.polling),
    update: each(update, FEW.updating),
    memory: { process: Math.round(process * 1e6), device: 0 },
    disk: {
      device: Math.round((seeded - empty) / devices),
      update: Math.round((updated - before) / FEW.updating),
    },
  };

  const first = known.first + FEW.polling;
  const others = devices - first + 1;
  const polls = Math.round((others * minutes * 60) / INTERVAL_SECONDS);
  const residentBefore = residentMegabytes(muster.pid);
  const whole = await load({
    kind: 'fleet',
    first,
    devices: others,
    polls,
    updates: { first: FEW.updating + 1, devices: updating },
  });
  await pause(SETTLE_MS);
  costs.memory.device = Math.round(((residentMegabytes(muster.pid) - residentBefore) * 1e6) / others);
  const firstPolls = Math.min(others, polls);
  const expected = costOf(costs, { polls: polls - firstPolls, firstPolls, updates: updating });

  printTitle(
    `Capacity: ${minutes} minutes of ${devices.toLocaleString('en')} devices that poll every ${INTERVAL_SECONDS} s, in ${whole.seconds.toFixed(0)} s`,
  );
  printAim('  polls; updates', polls, `; ${updating}`);
  for (const [name, kind, scale, unit] of [
    ['processor time of the server', 'server', 1e6, 's'],
    ['processor time of the database', 'database', 1e6, 's'],
    ['written ahead', 'wal', 1e6, 'MB'],
  ]) {
    const [counted, measured] = [expected[kind] / scale, kind === 'wal' ? whole.wal / scale : whole[kind]];
    printAim(`  ${name}: counted`, counted, unit);
    printAim('    measured', measured, unit);
    const ratio = measured / counted;
    printAim('    measured : counted', ratio, '', `1 ± ${OFF_AT_MOST}`, Math.abs(ratio - 1) <= OFF_AT_MOST);
  }
  console.log(`\nFor \`muster capacity --costs FILE\`:\n${JSON.stringify(costs)}`);
  await muster.stop();
  await database.stop();
  await folder.stop();
}

/** What the database puts off belongs to what caused it. */
async function cleanUp(client) {
  await pause(SETTLE_MS);
  await client`VACUUM target_polls, actions, action_entries, target_deployments, audit_events`;
  await client`CHECKPOINT`;
}

const each = ({ server, database, wal }, count) => ({
  server: Math.round((server / count) * 1e6),
  database: Math.round((database / count) * 1e6),
  wal: Math.round(wal / count),
});
