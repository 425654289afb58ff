/** configData uploads per second, beside the database alone. */
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printRate, printRatio, printTitle } from './report.mjs';

const DEVICES = 20_000;
const CONNECTIONS = 32;
/** As many as a server has by default. */
const DATABASE_CONNECTIONS = 10;

export async function benchUploads({ dataDir, database, effort }) {
  const muster = await startMuster(dataDir);
  const workload = { kind: 'uploads', devices: DEVICES, host: muster.host };
  const load = await openLoad(muster.port, CONNECTIONS, workload);
  const writer = openChild('upload-writer.mjs');
  await writer.ask({ connection: database.connection, connections: DATABASE_CONNECTIONS, devices: DEVICES });
  const [alone, whole] = await measure(
    [
      { label: 'SQL alone', pid: writer.pid, run: (seconds) => writer.ask({ seconds }) },
      { label: 'Muster', pid: muster.pid, run: load.run },
    ],
    effort,
  );
  printTitle(`configData uploads per second, three attributes, ${CONNECTIONS} connections`);
  for (const result of [alone, whole]) printRate(result);
  printRatio(whole, alone, 0.5);
  for (const one of [load, writer]) await one.close();
  await muster.stop();
}
