/** How soon a server is ready on a data folder that was used before, and what memory it takes then. */
import { median } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { pause } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';

const READY_SECONDS = 3;
const MEGABYTES = 200;

/** To be called while nothing else uses the data folder: the database is started, too. */
export async function benchStarts({ dataDir, effort }) {
  const seconds = [];
  const megabytes = [];
  for (let round = 0; round < effort.runs; round++) {
    const muster = await startMuster(dataDir);
    seconds.push(muster.readySeconds);
    await pause(1_000);
    megabytes.push(muster.residentMegabytes());
    await muster.stop();
  }
  const [ready, memory] = [median(seconds), median(megabytes)];
  printTitle('Start, database included');
  printAim('  ready', ready, 's', `≤ ${READY_SECONDS}`, ready <= READY_SECONDS);
  printAim('  resident memory of the server process', memory, 'MB', `< ${MEGABYTES}`, memory < MEGABYTES);
}
