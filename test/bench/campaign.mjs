/**
 * A firmware campaign: every device of a fleet goes through one whole update (poll, deployment, download, five messages,
 * poll) as fast as one server process lets it, and what that costs the server and the database. `--statements` lists what
 * the database was asked.
 */
import { randomBytes } from 'node:crypto';
import { assign, createSet } from './deployments.mjs';
import { openCountingDatabase, openMeter, statementsOf } from './meter.mjs';
import { makeDataFolder, startMuster } from './muster.mjs';
import { openLoad } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { seed } from './seed.mjs';

const CONNECTIONS = 64;
const FILE_BYTES = 1 << 16;
const MILLION = 1_000_000;
const POLLED_EVERY_SECONDS = 300;
const CAMPAIGN_SECONDS = 3_600;

export async function benchCampaign({ devices, effort, listsStatements }) {
  const folder = await makeDataFolder();
  const database = await openCountingDatabase(folder.dataDir);
  await seed(database.client, devices);
  const muster = await startMuster(folder.dataDir);
  const { setId } = await createSet(muster, 'campaign', { 'small.bin': randomBytes(FILE_BYTES) });
  await assign(database.client, setId, 1, devices);
  const costOf = await openMeter(database.client, muster.pid);
  const load = async (workload, seconds) => {
    const { run, close } = await openLoad(muster.port, CONNECTIONS, {
      devices,
      host: muster.host,
      ...workload,
    });
    const cost = await costOf(() => run(seconds));
    await close();
    return cost;
  };

  const update = await load({ kind: 'updates' }, Number.POSITIVE_INFINITY);
  const list = listsStatements ? await statementsOf(database.client, devices) : () => {};
  await requireAllInstalled(database.client, setId, devices);
  const polls = await load({ kind: 'polls' }, effort.seconds);
  const poll = each(polls, polls.requests);
  const one = each(update, devices);

  printTitle(
    `A campaign: ${devices.toLocaleString('en')} devices through one update of ${FILE_BYTES >> 10} KB, one process`,
  );
  printAim('  devices a second', devices / update.seconds, '');
  printAim('  processor time of the server, a device', one.server, 'µs');
  printAim('  processor time of the database, a device', one.database, 'µs');
  printAim('  statements, a device', one.statements, '');
  printAim('  written ahead by the database, a device', one.walBytes, 'bytes');
  printAim('  a poll after it: processor time of the server', poll.server, 'µs');
  printAim('  of the database, mostly for the times of polls', poll.database, 'µs');
  printAim('  statements', poll.statements, '');
  const polling = coresFor(poll, MILLION / POLLED_EVERY_SECONDS);
  printAim(`  cores for 1,000,000 devices that poll every ${POLLED_EVERY_SECONDS} s`, polling, '');
  const campaign = polling + coresFor(one, MILLION / CAMPAIGN_SECONDS);
  printAim('  cores for a campaign of 1,000,000 in an hour, with their polls', campaign, '');
  list();
  await muster.stop();
  await database.stop();
  await folder.stop();
}

const each = ({ server, database, walBytes, statements }, count) => ({
  server: (server / count) * 1e6,
  database: (database / count) * 1e6,
  walBytes: walBytes / count,
  statements: statements / count,
});

const coresFor = ({ server, database }, aSecond) => ((server + database) / 1e6) * aSecond;

async function requireAllInstalled(client, setId, devices) {
  const [{ count }] = await client`
    SELECT count(*)::int FROM actions WHERE tenant_id = 1 AND set_id = ${setId} AND status = 'finished'`;
  if (count !== devices) throw new Error(`${count} of ${devices} devices have ended their update`);
}
