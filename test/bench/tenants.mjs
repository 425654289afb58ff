/** What the same devices cost in one tenant and in many: polls, memory, and what is done when nobody asks. */
import { insertTenant } from '../../dist/services/platform/tenants/create.js';
import { openCountingDatabase, openMeter } from './meter.mjs';
import { makeDataFolder, startMuster } from './muster.mjs';
import { openLoad, pause, residentMegabytes } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { seed } from './seed.mjs';
import { tenantOf } from './workloads.mjs';

const CONNECTIONS = 64;
/** Of each device, after its first. */
const POLLS = 3;
const IDLE_SECONDS = 30;
const IN_A_TRANSACTION = 500;
const MOST = 1.25;
/** What is done at the start has been done, and autovacuum has seen the new tables. */
const SETTLE_MS = 15_000;

export async function benchTenants({ devices, tenants }) {
  const [one, many] = [await measureTenants(1, devices), await measureTenants(tenants, devices)];
  const count = (number) => number.toLocaleString('en');
  printTitle(`${count(devices)} devices in one tenant, and in ${count(tenants)}`);
  const print = (label, unit, of, aim) => {
    printAim(`  ${label}: one tenant`, of(one), unit);
    const ratio = of(many) / of(one);
    printAim(`    ${count(tenants)}`, of(many), unit);
    printAim('    : one', ratio, '', aim && `≤ ${aim}`, ratio <= aim);
  };
  const processor = (part) => (result) =>
    ((result[part].server + result[part].database) / result[part].polls) * 1e6;
  print('processor time of a poll, database included', 'µs', processor('known'), MOST);
  print('of a first poll', 'µs', processor('first'));
  print('resident memory with all devices', 'MB', ({ memory }) => memory);
  print(
    'processor time when nobody asks, a second',
    'ms',
    ({ idle }) => ((idle.server + idle.database) / IDLE_SECONDS) * 1000,
  );
  print('statements then, a second', '', ({ idle }) => idle.statements / IDLE_SECONDS);
}

async function measureTenants(tenants, devices) {
  const folder = await makeDataFolder();
  const database = await openCountingDatabase(folder.dataDir);
  await seed(database.client, devices, { first: await makeTenants(database, tenants), count: tenants });
  const muster = await startMuster(folder.dataDir);
  await pause(SETTLE_MS);
  const measure = await openMeter(database.client, muster.pid);
  const idle = await measure(() => pause(IDLE_SECONDS * 1000));
  const poll = async (polls) => {
    const workload = { kind: 'tenantPolls', devices, tenants, polls, host: muster.host };
    const load = await openLoad(muster.port, CONNECTIONS, workload);
    const result = await measure(() => load.run(Number.POSITIVE_INFINITY));
    await load.close();
    return { ...result, polls };
  };
  const first = await poll(devices);
  const known = await poll(devices * POLLS);
  const memory = residentMegabytes(muster.pid);
  await muster.stop();
  await database.stop();
  await folder.stop();
  return { idle, first, known, memory };
}

/** @returns the id of the first; the others follow without a gap */
async function makeTenants({ database, client }, count) {
  const author = { by: 'bench', at: new Date() };
  for (let made = 0; made < count; made += IN_A_TRANSACTION)
    await database.transaction(async (tx) => {
      for (let n = made; n < Math.min(made + IN_A_TRANSACTION, count); n++)
        await insertTenant(tx, tenantOf(n + 1, count), author);
    });
  const [{ first, last }] = await client`
    SELECT min(tenant_id)::int AS first, max(tenant_id)::int AS last FROM tenants WHERE name LIKE 'tenant-%'`;
  if (last - first + 1 !== count) throw new Error('there are gaps between the ids');
  return first;
}
