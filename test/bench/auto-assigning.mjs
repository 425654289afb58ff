/** How long a new target that matches an auto-assignment waits for its set, among many that don't. */
import { createSet } from './deployments.mjs';
import { median } from './measure.mjs';
import { pause } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';

const NEW = 5;
const MOST_SECONDS = 10;
const PATIENCE_MS = 120_000;

export async function benchAutoAssigning(muster, ask, among) {
  const { setId } = await createSet(muster, 'auto-assigned');
  const { id } = await ask('POST', 'targetfilters', { name: 'newcomers', query: 'name==newcomer*' });
  await ask('POST', `targetfilters/${id}/autoAssignDS`, { id: setId });
  const seconds = [];
  for (let number = 0; number < NEW; number++) {
    const controllerId = `newcomer-${number}`;
    await ask('POST', 'targets', [{ controllerId, name: controllerId }]);
    seconds.push(await untilAssigned(ask, controllerId));
  }
  const longest = Math.max(...seconds);
  printTitle(`A new target matches an auto-assignment, among ${among.toLocaleString('en')}`);
  printAim(`  until it has its set, of ${NEW}: median`, median(seconds), 's');
  printAim('  the longest', longest, 's', `≤ ${MOST_SECONDS}`, longest <= MOST_SECONDS);
}

async function untilAssigned(ask, controllerId) {
  const began = performance.now();
  for (;;) {
    const waited = performance.now() - began;
    if (await ask('GET', `targets/${controllerId}/assignedDS`)) return waited / 1000;
    if (waited > PATIENCE_MS) throw new Error(`${controllerId} has no set after ${waited} ms`);
    await pause(50);
  }
}
