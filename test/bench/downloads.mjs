/** Artifacts downloaded by devices, beside a bare `node:http` pipe of the same file, and nginx where it is installed. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { assign, createSet, unassign } from './deployments.mjs';
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openNginx } from './nginx.mjs';
import { openChild, openLoad, pause } from './processes.mjs';
import { printAim, printCostRatio, printRate, printRatio, printTitle } from './report.mjs';
import { controllerIdOf, tokenOf } from './workloads.mjs';

const DEVICES = 20_000;
/** The last of them fetch the same again and again, the others once. */
const AGAIN = 1_000;
/** So many first downloads warm the server up. Each run has its share of the devices that are left. */
const WARMING = 4_000;
const MEGABYTE = 1 << 20;
const FILES = [
  { filename: 'large.bin', size: 64 * MEGABYTE, connections: 8, ofNginx: 0.9, isLarge: true },
  // As many as those that send feedback.
  { filename: 'small.bin', size: MEGABYTE / 16, connections: 32, ofPipe: 0.35 },
];

export async function benchDownloads({ dataDir, database, effort }) {
  const muster = await startMuster(dataDir);
  const nginx = await openNginx();
  const pipe = openChild('bare-pipe.mjs');
  for (const { filename, size, connections, ofPipe, ofNginx, isLarge } of FILES) {
    const { setId, moduleId } = await createSet(muster, filename, { [filename]: randomBytes(size) });
    await assign(database.client, setId, 1, DEVICES);
    const stored = await findStored(database.client, dataDir, filename);
    const { port } = await pipe.ask(stored);
    const path = `/softwaremodules/${moduleId}/artifacts/${filename}`;
    const loads = [];
    const rival = async (label, pid, at, { warmAfter, most, ...workload }) => {
      const load = await openLoad(at, connections, { host: 'localhost', ...workload });
      loads.push(load);
      return { label, pid, run: (seconds) => load.run(seconds, most), per: size / MEGABYTE, warmAfter };
    };
    const bare = { kind: 'file', path: '/file' };
    const own = { kind: 'downloads', path };
    const again = { ...own, devices: AGAIN, first: DEVICES - AGAIN + 1, warmAfter: isLarge ? 1 : 2 * AGAIN };
    const most = Math.floor((DEVICES - AGAIN - WARMING) / (effort.runs + 1));
    const once = { ...own, devices: DEVICES - AGAIN, warmAfter: WARMING, most };
    const rivals = [
      await rival('node:http, a pipe', pipe.pid, port, bare),
      await rival('Muster', muster.pid, muster.port, again),
    ];
    if (nginx) {
      const at = await nginx.serve(stored);
      rivals.push(await rival('nginx', nginx.pid, at, bare));
    }
    if (!isLarge) rivals.push(await rival('Muster, each for the first time', muster.pid, muster.port, once));
    const results = await measure(rivals, effort);
    const byLabel = (label) => results.find((result) => result.label === label);
    printTitle(
      `Megabytes downloaded per second, a file of ${size / MEGABYTE} MB, ${connections} connections`,
    );
    for (const result of results) printRate(result);
    const [alone, whole] = results;
    printCostRatio(whole, alone, ofPipe);
    if (nginx) printRatio(whole, byLabel('nginx'), ofNginx);
    if (!isLarge) printCostRatio(byLabel('Muster, each for the first time'), alone, ofPipe);
    for (const load of loads) await load.close();
    if (isLarge) await benchSlowReaders(muster, path);
    await unassign(database.client, setId);
  }
  await pipe.close();
  await nginx?.stop();
  await muster.stop();
}

const SLOW = 500;
/** Each takes what has come, then nothing for so long. */
const SLOW_MS = 500;
const WATCHED_MS = 8_000;

/** What the server's memory grows by while many read slowly. */
async function benchSlowReaders(muster, path) {
  const before = muster.residentMegabytes();
  const sockets = Array.from({ length: SLOW }, (_, index) => {
    const socket = connect(muster.port, '127.0.0.1');
    const lines = [
      `GET /DEFAULT/controller/v1/${controllerIdOf(index + 1)}${path} HTTP/1.1`,
      `Host: ${muster.host}`,
      `Authorization: TargetToken ${tokenOf(index + 1)}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.on('data', () => {
      socket.pause();
      setTimeout(() => socket.resume(), SLOW_MS);
    });
    return socket.on('error', () => {});
  });
  const seen = [];
  for (const until = performance.now() + WATCHED_MS; performance.now() < until; await pause(200))
    seen.push(muster.residentMegabytes());
  for (const socket of sockets) socket.destroy();
  printTitle(`${SLOW} slow readers of a large file at once`);
  printAim('  resident memory before', before, 'MB');
  printAim('  half-way', seen[seen.length >> 1], 'MB');
  printAim('  at the end', seen.at(-1), 'MB');
  printAim('  at its peak', Math.max(...seen), 'MB');
}

/** Where the store keeps a file. */
async function findStored(client, dataDir, filename) {
  const [{ location }] = await client`
    SELECT location FROM artifacts JOIN artifact_contents USING (tenant_id, sha256)
    WHERE tenant_id = 1 AND filename = ${filename}`;
  return join(dataDir, 'artifacts', location);
}
