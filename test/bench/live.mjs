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
  for (const [what, together] of [
    ['configData of one', 1],
    ['metadata of ten', 10],
  ]) {
    const run = (seconds) => load.ask({ seconds, rate: CHANGES_A_SECOND, together });
    await run(effort.warmUp);
    const before = processorSeconds(pid);
    const seconds = Math.max(10, effort.seconds);
    const measured = await run(seconds);
    const cpu = (processorSeconds(pid) - before) / seconds;
    printTitle(
      `Changes seen by ${SUBSCRIBERS} subscribers, each of one in a hundred of ${DEVICES} targets; ${what} a request`,
    );
    print({ ...measured, cpu, seconds });
  }
  await load.close();
  await muster.stop();
}

function print({ changes, answered, seconds, cpu, missed, extra, afterAnswer, afterRequest }) {
  const rate = answered / seconds;
  printAim('  changes answered in time', rate, '/s', `${changes / seconds}`, rate >= CHANGES_A_SECOND * 0.95);
  printAim('  the server', cpu * 100, '% CPU');
  printAim('  changes nobody saw', missed, '', '0', missed === 0);
  printAim('  events of no change', extra, '', '0', extra === 0);
  for (const [name, { median, p99, slowest }] of [
    ['after the answer', afterAnswer],
    ['after the request began', afterRequest],
  ]) {
    printAim(`  seen ${name}, median`, median, 'ms');
    printAim(`  seen ${name}, 99 of 100`, p99, 'ms', `< ${SEEN_WITHIN_MS}`, p99 < SEEN_WITHIN_MS);
    printAim(`  seen ${name}, slowest`, slowest, 'ms');
  }
}
