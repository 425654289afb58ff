/** Artifacts downloaded by devices, beside a bare `node:http` pipe of the same file, and nginx where it is installed. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { assign, createSet, unassign } from './deployments.mjs';
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openNginx } from './nginx.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printRate, printRatio, printTitle } from './report.mjs';

const DEVICES = 20_000;
const CONNECTIONS = 8;
const MEGABYTE = 1 << 20;
const FILES = [
  { filename: 'large.bin', size: 64 * MEGABYTE, least: 0.8 },
  { filename: 'small.bin', size: MEGABYTE / 16, least: undefined },
];

export async function benchDownloads({ dataDir, database, effort }) {
  const muster = await startMuster(dataDir);
  const nginx = await openNginx();
  const pipe = openChild('bare-pipe.mjs');
  for (const { filename, size, least } of FILES) {
    const { setId, moduleId } = await createSet(muster, filename, { [filename]: randomBytes(size) });
    await assign(database.client, setId, 1, DEVICES);
    const stored = await findStored(database.client, dataDir, filename);
    const { port } = await pipe.ask(stored);
    const own = {
      kind: 'downloads',
      devices: DEVICES,
      path: `/softwaremodules/${moduleId}/artifacts/${filename}`,
    };
    const loads = [];
    const rival = async (label, pid, at, workload) => {
      const load = await openLoad(at, CONNECTIONS, { host: 'localhost', ...workload });
      loads.push(load);
      return { label, pid, run: load.run, per: size / MEGABYTE };
    };
    const bare = { kind: 'file', path: '/file' };
    const rivals = [
      await rival('node:http, a pipe', pipe.pid, port, bare),
      await rival('Muster', muster.pid, muster.port, own),
    ];
    if (nginx) {
      const at = await nginx.serve(stored);
      rivals.push(await rival('nginx', nginx.pid, at, bare));
    }
    const [alone, whole, other] = await measure(rivals, effort);
    printTitle(
      `Megabytes downloaded per second, a file of ${size / MEGABYTE} MB, ${CONNECTIONS} connections`,
    );
    for (const result of [alone, whole, other]) if (result) printRate(result);
    printRatio(whole, alone, least);
    if (other) printRatio(whole, other);
    for (const load of loads) await load.close();
    await unassign(database.client, setId);
  }
  await pipe.close();
  await nginx?.stop();
  await muster.stop();
}

/** Where the store keeps a file. */
async function findStored(client, dataDir, filename) {
  const [{ location }] = await client`
    SELECT location FROM artifacts JOIN artifact_contents USING (tenant_id, sha256)
    WHERE tenant_id = 1 AND filename = ${filename}`;
  return join(dataDir, 'artifacts', location);
}
