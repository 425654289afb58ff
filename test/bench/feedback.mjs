/** Feedback messages per second, beside the database alone. */
import { assign, begin, createSet, unassign } from './deployments.mjs';
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printAim, printRate, printRatio, printTitle } from './report.mjs';

const DEVICES = 20_000;
const CONNECTIONS = 32;
/** As many as a server has by default. */
const DATABASE_CONNECTIONS = 10;

export async function benchFeedback({ dataDir, database, effort }) {
  const muster = await startMuster(dataDir);
  const { setId } = await createSet(muster, 'feedback');
  const actionIds = await assign(database.client, setId, 1, DEVICES);
  const load = await openLoad(muster.port, CONNECTIONS, { kind: 'feedback', actionIds, host: muster.host });
  const writer = openChild('feedback-writer.mjs');
  await writer.ask({ connection: database.connection, connections: DATABASE_CONNECTIONS, actionIds });
  const afresh = (run) => async (seconds) => {
    await begin(database.client, setId);
    return run(seconds);
  };
  const [alone, whole] = await measure(
    [
      { label: 'SQL alone', pid: writer.pid, run: afresh((seconds) => writer.ask({ seconds })) },
      { label: 'Muster', pid: muster.pid, run: afresh(load.run) },
    ],
    effort,
  );
  printTitle(
    `Feedback messages per second, three on the way and one of the end, ${DEVICES} devices, ${CONNECTIONS} connections`,
  );
  for (const result of [alone, whole]) printRate(result);
  printRatio(whole, alone, 0.5);
  await benchHalfLoad(muster, whole.rate / 2, { actionIds, seconds: effort.seconds });
  for (const one of [load, writer]) await one.close();
  await muster.stop();
  await unassign(database.client, setId);
}

/** How long messages take at half of the rate that was possible. */
async function benchHalfLoad({ port, host }, rate, { actionIds, seconds }) {
  const everyMs = (CONNECTIONS / rate) * 1000;
  const load = await openLoad(port, CONNECTIONS, { kind: 'feedback', actionIds, host, everyMs });
  const { took } = await load.run(seconds);
  await load.close();
  took.sort((a, b) => a - b);
  printAim('  at half of that rate, 99 of 100 within', took[Math.floor(took.length * 0.99)], 'ms');
}
