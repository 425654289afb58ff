/**
 * What a process needs to remember a fleet: its memory, and the statements for polls. The large fleet is read into the
 * memory that polls use, not polled for: a million requests would only measure the load.
 */
import { openCountingDatabase, openMeter } from './meter.mjs';
import { makeDataFolder, startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { seed } from './seed.mjs';

const SMALL = 20_000;
const CONNECTIONS = 48;
const MOST_BYTES = 350;

export async function benchRemembered({ large, effort }) {
  const folder = await makeDataFolder();
  const database = await openCountingDatabase(folder.dataDir);
  await seed(database.client, large);

  printTitle(`Remembered devices, a fleet of ${large.toLocaleString('en')}`);
  const child = openChild('remembering.mjs');
  await child.ask({ connection: database.connection });
  const small = await child.ask({ upTo: SMALL });
  const whole = await child.ask({ upTo: large });
  const bytes = (whole.heapUsed - small.heapUsed) / (large - SMALL);
  printAim(`  resident memory with ${SMALL}`, small.residentMegabytes, 'MB');
  printAim(`  resident memory with ${large}`, whole.residentMegabytes, 'MB');
  printAim('  memory in use, a device', bytes, 'bytes', `≤ ${MOST_BYTES}`, bytes <= MOST_BYTES);
  printAim('  read in batches, devices a second', (large - SMALL) / whole.seconds, '');
  await child.close();

  const muster = await startMuster(folder.dataDir);
  const load = await openLoad(muster.port, CONNECTIONS, { kind: 'polls', devices: SMALL, host: muster.host });
  for (let done = 0; done < 2 * SMALL; ) done += (await load.run(effort.warmUp)).requests;
  const costOf = await openMeter(database.client, muster.pid);
  const { requests } = await costOf(() => load.run(effort.seconds));
  const [{ reads }] = await database.client`
    SELECT coalesce(sum(calls), 0)::int AS reads FROM pg_stat_statements
    WHERE query ILIKE 'SELECT%"targets"%' OR query ILIKE 'SELECT%"tenants"%'`;
  printAim(`  statements that read, in ${requests} polls by HTTP`, reads, '', '0', reads === 0);
  await load.close();
  await muster.stop();
  await database.stop();
  await folder.stop();
}
