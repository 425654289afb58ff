/** What a page of 50 takes under filters that match few targets, many, or half of all, beside `name==exact`. */
import { alignCreation, birdsOf, momentOf, seedFilterFleet } from './filter-fleet.mjs';
import { measure } from './measure.mjs';
import { askGraphql, makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { openLoad } from './processes.mjs';
import { printAim, printTime, printTitle } from './report.mjs';
import { FILTERED } from './workloads.mjs';

const AIM = 5;
const AIM_OF_TWO = 4;
const EXACT = { label: 'name==exact', filter: 'name=="Device 3 *"', matches: 1 };

export async function benchFilters({ large, effort }) {
  const folder = await makeDataFolder();
  const muster = await startMuster(folder.dataDir);
  const database = await openDatabase(folder.dataDir);
  const began = performance.now();
  await seedFilterFleet(database.client, large);
  printTitle('Filters');
  printAim(`  seeding ${large} targets with tags and attributes`, (performance.now() - began) / 1000, 's');

  const { nodes } = (await askGraphql(muster, FILTERED, EXACT)).targets;
  const bench = { muster, effort, exact: { ...EXACT, filter: `name=="${nodes[0].name}"` } };
  const cases = filtersOf(large);
  await comparePages(bench, 'without the total, by GraphQL', cases);
  await compareTotals(
    bench,
    cases.map((one) => ({ ...one, aim: undefined })),
  );
  await comparePages(bench, 'in other orders and from the middle, by GraphQL', await depthsOf(muster, large));
  await alignCreation(database.client);
  await comparePages(bench, 'as controllerIds grow with time, by GraphQL', newestOf(large));

  await muster.stop();
  await database.stop();
  await folder.stop();
}

const range = (from, until) => `createdat=ge=${momentOf(from)};createdat=lt=${momentOf(until)}`;

function filtersOf(large) {
  const birds = birdsOf(large);
  const kinds = [
    ['name==*abc*', ({ bird }) => `name==*${bird}*`],
    ['tag==x and attribute.y==z', ({ bird }) => `tag==north and attribute.bird==${bird}`, AIM_OF_TWO],
    ['createdat, from and until', ({ matches }) => range(0, matches)],
  ];
  return kinds.flatMap(([label, filterOf, aim = AIM]) =>
    birds.map((one) => ({ label, filter: filterOf(one), matches: one.matches, aim })),
  );
}

/** Of the half that is herons. */
async function depthsOf(muster, large) {
  const [, some, half] = birdsOf(large);
  const filter = `name==*${half.bird}*`;
  const middle = { offset: half.matches / 2 };
  const { pageInfo } = (await askGraphql(muster, FILTERED, { filter, ...middle })).targets;
  const by = (field, direction) => ({ orderBy: [{ field, direction }] });
  const pilots = `tag==pilot and attribute.bird==${some.bird}`;
  return [
    { label: 'tag and attribute of the very same targets', filter: pilots, matches: some.matches },
    ...[
      { label: 'name==*abc*, by controllerId, descending', variables: by('CONTROLLER_ID', 'DESC') },
      { label: 'name==*abc*, by createdAt, descending', variables: by('CREATED_AT', 'DESC') },
      { label: 'name==*abc*, by name', variables: by('NAME', 'ASC') },
      {
        label: 'name==*abc*, by lastControllerRequestAt',
        variables: by('LAST_CONTROLLER_REQUEST_AT', 'ASC'),
      },
      { label: 'name==*abc*, from the middle by cursor', variables: { after: pageInfo.endCursor } },
      { label: 'name==*abc*, from the middle by offset', variables: middle },
    ].map((one) => ({ ...one, filter, matches: half.matches })),
  ];
}

/** What was created last comes last in the order of a page, past all others. */
const newestOf = (large) =>
  birdsOf(large).map(({ matches }) => ({
    label: 'createdat, the newest',
    filter: `createdat=gt=${momentOf(large - matches)}`,
    matches,
  }));

async function comparePages(bench, how, cases) {
  const { host } = bench.muster;
  const workloadOf = ({ filter, variables, matches }) => ({
    kind: 'filteredPages',
    variables: { filter, ...variables },
    expected: Math.min(matches, 50),
    host,
  });
  await compare(bench, how, cases, workloadOf);
}

async function compareTotals(bench, cases) {
  const { host } = bench.muster;
  const workloadOf = ({ filter }) => ({
    kind: 'gets',
    paths: [`/rest/v1/targets?limit=50&q=${encodeURIComponent(filter)}`],
    host,
  });
  await compare(bench, 'with the exact total, by REST', cases, workloadOf);
}

async function compare({ muster, effort, exact }, how, cases, workloadOf) {
  const rivals = [exact, ...cases].map((one) => ({ ...one, run: runOf(muster, workloadOf(one)) }));
  const results = await measure(rivals, effort);
  printTitle(`A page of 50 under a filter, one request at a time, ${how}`);
  for (const [index, { label, matches, aim }] of rivals.entries())
    printTime(
      `${label}: ${matches.toLocaleString('en')}`,
      1000 / results[index].rate,
      results[0].rate / results[index].rate,
      aim,
    );
}

/** A process for each run: so many at once would not leave the machine alone. */
const runOf = (muster, workload) => async (seconds) => {
  const load = await openLoad(muster.port, 1, workload);
  try {
    return await load.run(seconds);
  } finally {
    await load.close();
  }
};
