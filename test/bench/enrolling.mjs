/**
 * How many devices a second get their first certificate by EST, and how long polls take meanwhile: those at Muster, and those at
 * another server that does nothing else, whose time shows what the machine takes.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, median } from './measure.mjs';
import { askGraphql, startMuster } from './muster.mjs';
import { openChild, openLoad, pause } from './processes.mjs';
import { printRate, printTime, printTitle } from './report.mjs';
import { openPolls } from './rollouts.mjs';

const DEVICES = 2_000;
const CONNECTIONS = 16;
/** What the other server answers to every poll. */
const BARE_ANSWER = { headers: { 'Content-Type': 'application/json', 'Content-Length': '2' }, body: '{}' };

/** Every certificate is that of a new device, so its registration is in the figures. Needs `openssl`. */
export async function benchEnrolling({ dataDir, effort }) {
  const secret = { MUSTER_SECRET_KEY: randomBytes(32).toString('hex') };
  const group = await makeGroup(dataDir, secret);
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-tls-'));
  const files = { MUSTER_TLS_KEY: join(folder, 'tls.key'), MUSTER_TLS_CERT: join(folder, 'tls.crt') };
  try {
    newKey(files.MUSTER_TLS_KEY, ['-x509', '-days', '2', '-out', files.MUSTER_TLS_CERT]);
    const body = newKey(join(folder, 'device.key'), ['-outform', 'DER']).toString('base64');
    await enroll(await startMuster(dataDir, { ...secret, ...files }), { ...group, body }, effort);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function enroll(muster, { estPath, token, body }, effort) {
  const { port, host, pid, tls } = muster;
  const workload = { kind: 'enrolls', path: `${estPath}/simpleenroll`, token, body, host, tls };
  const load = await openLoad(port, CONNECTIONS, workload);
  const label = 'certificates of new devices, over TLS that is kept';
  const [result] = await measure([{ label, pid, run: load.run }], effort);
  const bare = openChild('bare-node.mjs');
  const { port: barePort } = await bare.ask(BARE_ANSWER);
  const atShare = (share) =>
    openLoad(port, CONNECTIONS, { ...workload, everyMs: (CONNECTIONS / (result.rate * share)) * 1000 });
  const [quarter, half] = [await atShare(1 / 4), await atShare(1 / 2)];
  const loads = { quarter, half, whole: load };
  const own = await pollsBeside(muster, loads, effort);
  const others = await pollsBeside({ port: barePort, host: `127.0.0.1:${barePort}` }, loads, effort);
  printTitle(`Enrolling by EST, ${CONNECTIONS} connections`);
  printRate(result);
  printTimes('  99 of 100 polls', own, 3);
  printTimes('  of a bare node:http beside it', others);
  await quarter.close();
  await half.close();
  await load.close();
  await bare.close();
  await muster.stop();
}

function printTimes(label, { quiet, quarter, half, whole }, aim) {
  printTime(`${label}, when quiet`, quiet, 1);
  printTime('    at a quarter of that rate', quarter, quarter / quiet, aim);
  printTime('    at half of it', half, half / quiet, aim);
  printTime('    at all of it', whole, whole / quiet, aim);
}

/** How long 99 of 100 polls take at a server, when it is quiet and while loads run at Muster, in turn. */
async function pollsBeside(server, loads, { runs, seconds }) {
  const polls = await openPolls(server, DEVICES);
  const wait = () => pause(seconds * 1_000);
  await polls.during(wait);
  const times = { quiet: [], quarter: [], half: [], whole: [] };
  for (let round = 0; round < runs; round++) {
    times.quiet.push((await polls.during(wait)).p99);
    for (const [name, load] of Object.entries(loads))
      times[name].push((await polls.during(() => load.run(seconds))).p99);
  }
  await polls.close();
  return Object.fromEntries(Object.entries(times).map(([name, each]) => [name, median(each)]));
}

/** A group that issues certificates of an authority that was made here. */
async function makeGroup(dataDir, secret) {
  const muster = await startMuster(dataDir, secret);
  const { group } = await askGraphql(
    muster,
    `mutation ($name: String!) {
      createIssuingAuthority(input: { name: $name, source: { made: {} } }) { userErrors { message } }
      group: createEnrollmentGroup(input: { name: $name, certificatePolicy: {} }) {
        token enrollmentGroup { estPath } userErrors { message }
      }
    }`,
    { name: `bench-${randomBytes(4).toString('hex')}` },
  );
  await muster.stop();
  return { token: group.token, estPath: group.enrollmentGroup.estPath };
}

/** @returns what OpenSSL writes: a request for a certificate of that key, or, by options, a certificate itself */
const newKey = (file, options) =>
  execFileSync(
    'openssl',
    [
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', file, '-subj', '/CN=localhost', ...options],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
