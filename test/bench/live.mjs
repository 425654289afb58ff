/** How soon subscribers see a change, while a thousand targets change a second. */
import { startMuster } from './muster.mjs';
import { openChild, processorSeconds } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';

const DEVICES = 20_000;
const SUBSCRIBERS = 100;
const CHANGES_A_SECOND = 1_000;
const CONNECTIONS = 64;
const SEEN_WITHIN_MS = 200;

export async function benchLive({ dataDir, database, effort }) {
  // What the devices told before: by it half of the subscribers know theirs.
  await database.client`
    INSERT INTO target_attributes (tenant_id, target_id, key, value)
    SELECT tenant_id, id, 'slot', right(controller_id, 2) FROM targets
    WHERE tenant_id = 1 AND controller_id LIKE 'device-%'
    ON CONFLICT DO NOTHING`;
  await database.client`VACUUM (ANALYZE) target_attributes`;
  const muster = await startMuster(dataDir);
  const { pid, port, host } = muster;
  const load = openChild('live-load.mjs');
  await load.ask({ port, host, connections: CONNECTIONS, devices: DEVICES, subscribers: SUBSCRIBERS });
  const run = (seconds) => load.ask({ seconds, rate: CHANGES_A_SECOND });
  await run(effort.warmUp);
  const before = processorSeconds(pid);
  const seconds = Math.max(10, effort.seconds);
  const { changes, answered, missed, extra, afterAnswer, afterRequest } = await run(seconds);

  printTitle(
    `Changes seen by ${SUBSCRIBERS} subscribers, each of one in a hundred of ${DEVICES} targets; configData, open loop`,
  );
  const rate = changes / seconds;
  printAim('  changes', rate, '/s', `≥ ${CHANGES_A_SECOND}`, rate >= CHANGES_A_SECOND * 0.99);
  printAim('  answered', answered / seconds, '/s');
  printAim('  the server', ((processorSeconds(pid) - before) / seconds) * 100, '% CPU');
  printAim('  changes nobody saw', missed, '', '0', missed === 0);
  printAim('  events of no change', extra, '', '0', extra === 0);
  for (const [name, delays] of [
    ['after the answer', afterAnswer],
    ['after the request began', afterRequest],
  ]) {
    printAim(`  seen ${name}, median`, delays.median, 'ms');
    printAim(
      `  seen ${name}, 99 of 100`,
      delays.p99,
      'ms',
      `< ${SEEN_WITHIN_MS}`,
      delays.p99 < SEEN_WITHIN_MS,
    );
    printAim(`  seen ${name}, slowest`, delays.slowest, 'ms');
  }
  await load.close();
  await muster.stop();
}
