/** configData uploads per second. */
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openLoad } from './processes.mjs';
import { printRate, printTitle } from './report.mjs';

const DEVICES = 20_000;
const CONNECTIONS = 32;

export async function benchUploads({ dataDir, effort }) {
  const muster = await startMuster(dataDir);
  const workload = { kind: 'uploads', devices: DEVICES, host: muster.host };
  const load = await openLoad(muster.port, CONNECTIONS, workload);
  const results = await measure([{ label: 'Muster', pid: muster.pid, run: load.run }], effort);
  printTitle(`configData uploads per second, three attributes, ${CONNECTIONS} connections`);
  for (const result of results) printRate(result);
  await load.close();
  await muster.stop();
}
