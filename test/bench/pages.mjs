/** Pages of 50 targets per second, of a small fleet and of a large one. */
import { measure } from './measure.mjs';
import { askGraphql, makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { openLoad } from './processes.mjs';
import { printAim, printRate, printRatio, printTitle } from './report.mjs';
import { seed } from './seed.mjs';
import { PAGE } from './workloads.mjs';

const CONNECTIONS = 8;
const SEEDING_SECONDS = 120;
const DEEP_PAGES = 12;

/** The small fleet is the one that the other parts use, too. */
export async function benchPages({ dataDir, small, large, effort, graphql }) {
  const folder = await makeDataFolder();
  const seconds = await seedFleet(folder.dataDir, large);
  printTitle(`Pages of 50 targets per second, ${CONNECTIONS} connections`);
  printAim(`  seeding ${large} targets`, seconds, 's', `≤ ${SEEDING_SECONDS}`, seconds <= SEEDING_SECONDS);

  const fleets = [await openFleet(dataDir, small), await openFleet(folder.dataDir, large)];
  if (graphql) {
    await compare('GraphQL, first page', fleets, effort, 0.7, firstPage);
    await compare('GraphQL, deep pages by cursor', fleets, effort, 0.7, deepPages);
  }
  // Both count all targets for `total`, and the second passes over half of them.
  await compare('REST, first page', fleets, effort, undefined, restPage(0));
  await compare('REST, from the middle by offset', fleets, effort, undefined, restPage(0.5));

  for (const { muster } of fleets) await muster.stop();
  await folder.stop();
}

async function seedFleet(dataDir, count) {
  const once = await startMuster(dataDir);
  const database = await openDatabase(dataDir);
  const seconds = await seed(database.client, count);
  await once.stop();
  await database.stop();
  return seconds;
}

const openFleet = async (dataDir, count) => ({ count, muster: await startMuster(dataDir) });

async function compare(label, fleets, effort, least, workloadOf) {
  const loads = [];
  for (const fleet of fleets)
    loads.push(await openLoad(fleet.muster.port, CONNECTIONS, await workloadOf(fleet)));
  const rivals = fleets.map(({ count, muster: { pid } }, index) => ({
    label: `${label}, of ${count}`,
    pid,
    run: loads[index].run,
  }));
  const [few, many] = await measure(rivals, effort);
  for (const load of loads) await load.close();
  printRate(few);
  printRate(many);
  printRatio({ ...many, label: 'the larger' }, { ...few, label: 'the smaller' }, least);
}

const firstPage = ({ muster }) => ({ kind: 'graphqlPages', cursors: [null], host: muster.host });

/** Cursors from the middle on, up to near the end. */
async function deepPages({ muster, count }) {
  const cursors = [];
  for (let page = 0; page < DEEP_PAGES; page++) {
    const offset = Math.floor(count * (0.5 + (0.45 * page) / DEEP_PAGES));
    const query = PAGE.replaceAll('after', 'offset')
      .replace('String', 'Int')
      .replace('first: 50', 'first: 1');
    const { targets } = await askGraphql(muster, query, { offset });
    cursors.push(targets.pageInfo.endCursor);
  }
  return { kind: 'graphqlPages', cursors, host: muster.host };
}

const restPage =
  (depth) =>
  ({ muster, count }) => ({
    kind: 'gets',
    paths: [`/rest/v1/targets?limit=50&offset=${Math.floor(count * depth)}`],
    host: muster.host,
  });
