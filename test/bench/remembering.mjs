/** The memory that polls use, alone. Told by messages: `{ connection }` once, then `{ upTo }`: devices 1 to that. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openPool } from '../../dist/database/connect.js';
import { openDevices } from '../../dist/services/devices/polling/poll.js';
import { openPlatform } from '../../dist/services/platform/platform.js';
import { openSecrets } from '../../dist/services/shared/secrets.js';
import { pause } from './processes.mjs';
import { controllerIdOf } from './workloads.mjs';

const AT_ONCE = 400;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

let devices;
let tenant;
let reached = 0;

process.on('message', async ({ connection, upTo }) => {
  if (connection) {
    const pool = openPool(connection, {
      connections: 4,
      prepare: true,
      pipelines: true,
      name: 'muster bench',
    });
    const systemDefaults = { given: {}, deviceWrites: { atOnce: 1, perMinute: 1 } };
    const parts = { systemDefaults, storage: undefined, secrets: openSecrets(undefined) };
    const { platform } = await openPlatform(pool, connection, parts, console.error);
    ({ devices } = openDevices(platform, 1_000_000, console.error));
    tenant = await platform.tenants.byName('default');
    process.send({ opened: true });
  } else {
    const began = performance.now();
    const work = async () => {
      while (reached < upTo) await devices.read(tenant, controllerIdOf(++reached));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const seconds = (performance.now() - began) / 1000;
    // Only the second one gives back what the first one has freed.
    for (let n = 0; n < 3; n++) {
      collect();
      await pause(200);
    }
    if (devices.size() !== upTo) throw new Error(`${devices.size()} of ${upTo} are remembered`);
    const { rss, heapUsed } = process.memoryUsage();
    process.send({ seconds, heapUsed, residentMegabytes: rss / 2 ** 20 });
  }
});
process.on('disconnect', () => process.exit());
