/**
 * `npm run bench [-- starts polls remembered sign-ins uploads feedback downloads reads creates pages parts live holding filters imports rollouts campaign capacity bulk console enrolling moving peers tenants huge] [--targets=N] [--devices=N] [--tenants=N] [--quick] [--seconds=N] [--runs=N] [--minutes=N]`
 *
 * Measures the built server on this machine, on a data folder of its own that is removed afterwards. Ends with
 * code 1 where anything was answered wrongly; an aim that isn't met is shown, no more.
 */
import { parseArgs } from 'node:util';
import { benchBulk } from './bulk.mjs';
import { benchCampaign } from './campaign.mjs';
import { benchCapacity } from './capacity.mjs';
import { benchConsole } from './console.mjs';
import { benchCreates } from './creates.mjs';
import { benchDownloads } from './downloads.mjs';
import { benchEnrolling } from './enrolling.mjs';
import { benchFeedback } from './feedback.mjs';
import { benchFilters } from './filters.mjs';
import { benchHolding } from './holding.mjs';
import { benchHuge } from './huge.mjs';
import { benchImports } from './imports.mjs';
import { benchLive } from './live.mjs';
import { benchMoving } from './moving.mjs';
import { makeDataFolder, openDatabase, startMuster, stopAll } from './muster.mjs';
import { benchPages } from './pages.mjs';
import { benchParts } from './parts.mjs';
import { benchPeers } from './peers.mjs';
import { benchPolls } from './polls.mjs';
import { benchReads } from './reads.mjs';
import { benchRemembered } from './remembered.mjs';
import { printAim, printMachine, printTitle } from './report.mjs';
import { benchRollouts } from './rollouts.mjs';
import { seed } from './seed.mjs';
import { benchSignIns } from './sign-ins.mjs';
import { benchStarts } from './starts.mjs';
import { benchTenants } from './tenants.mjs';
import { benchUploads } from './uploads.mjs';

/** The last one only when it is named: it installs its rival from npm. */
const PARTS = [
  'starts',
  'polls',
  'remembered',
  'sign-ins',
  'uploads',
  'feedback',
  'downloads',
  'reads',
  'creates',
  'pages',
  'parts',
  'live',
  'holding',
  'filters',
  'imports',
  'rollouts',
  'campaign',
  'capacity',
  'bulk',
  'console',
  'enrolling',
  'moving',
  'peers',
  'tenants',
  'huge',
];
const SMALL_FLEET = 20_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    runs: { type: 'string', default: '3' },
    large: { type: 'string' },
    targets: { type: 'string' },
    requests: { type: 'string' },
    devices: { type: 'string', default: '20000' },
    tenants: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '60' },
    statements: { type: 'boolean', default: false },
    'no-graphql': { type: 'boolean', default: false },
  },
});
const unknown = positionals.find((part) => !PARTS.includes(part));
if (unknown) throw new Error(`there is no part ${unknown}; choose of ${PARTS.join(', ')}`);
const wanted = (part) => positionals.length === 0 || positionals.includes(part);
const effort = {
  runs: Number(values.runs),
  seconds: Number(values.seconds ?? (values.quick ? 1 : 4)),
  warmUp: values.quick ? 1 : 3,
};
const large = Number(values.large ?? (values.quick ? 100_000 : 1_000_000));
const requests = Number(values.requests ?? (values.quick ? 100_000 : 2_000_000));
const graphql = !values['no-graphql'];

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopAll().then(() => process.exit(1)));

const { dataDir } = await makeDataFolder();
try {
  await (await startMuster(dataDir)).stop();
  const first = await openDatabase(dataDir);
  const [server] = await first.client`SHOW server_version`;
  printMachine(effort, server.server_version);
  const seconds = await seed(first.client, SMALL_FLEET);
  await first.stop();
  printTitle('Seeding');
  printAim(`  ${SMALL_FLEET} targets`, seconds, 's');

  if (wanted('starts')) await benchStarts({ dataDir, effort });
  const database = await openDatabase(dataDir);
  const options = { dataDir, database, effort, graphql, small: SMALL_FLEET, large };
  if (wanted('polls')) await benchPolls(options);
  // Only when it is named: it opens very many connections.
  if (positionals.includes('sign-ins')) await benchSignIns(options);
  if (wanted('uploads')) await benchUploads(options);
  if (wanted('feedback')) await benchFeedback(options);
  if (wanted('downloads')) await benchDownloads(options);
  if (wanted('reads')) await benchReads(options);
  // Before creations, which make the small fleet a larger one.
  if (wanted('pages')) await benchPages(options);
  if (wanted('live')) await benchLive(options);
  // Only when it is named: it takes long, and opens very many connections.
  if (positionals.includes('holding')) await benchHolding({ ...options, requests });
  // Only when it is named: it needs OpenSSL.
  if (positionals.includes('enrolling')) await benchEnrolling(options);
  if (positionals.includes('peers')) await benchPeers(options);
  if (wanted('creates')) await benchCreates(options);
  if (wanted('parts')) await benchParts(options);
  await database.stop();
  if (wanted('remembered')) await benchRemembered({ large, effort });
  if (wanted('filters')) await benchFilters({ large, effort });
  if (wanted('imports')) await benchImports({ rows: large });
  if (wanted('rollouts'))
    await benchRollouts({ targets: Number(values.targets ?? 100_000), listsStatements: values.statements });
  if (wanted('campaign'))
    await benchCampaign({ devices: Number(values.devices), effort, listsStatements: values.statements });
  // Only when it is named: it takes a quarter of an hour.
  if (positionals.includes('capacity'))
    await benchCapacity({ devices: large, minutes: Number(values.minutes) });
  // Only when it is named: it takes some minutes.
  if (positionals.includes('tenants'))
    await benchTenants({ devices: Number(values.devices), tenants: Number(values.tenants) });
  // Only when it is named: it takes long, and gigabytes.
  if (positionals.includes('huge'))
    await benchHuge({ targets: Number(values.targets ?? 10_000_000), seconds: effort.seconds * 5 });
  // Only when it is named: it takes a quarter of an hour.
  if (positionals.includes('moving')) await benchMoving({ targets: Number(values.targets ?? 100_000) });
  if (wanted('bulk')) await benchBulk({ targets: Number(values.targets ?? 350_000) });
  if (wanted('console')) await benchConsole({ seconds: Number(values.seconds ?? (values.quick ? 10 : 60)) });
} finally {
  await stopAll();
}
