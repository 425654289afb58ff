/** How long polls take while very many wrong passwords come at once, beside a quiet time. */
import { Agent, get } from 'node:http';
import { askGraphql, startMuster } from './muster.mjs';
import { openLoad } from './processes.mjs';
import { printAim, printTime, printTitle } from './report.mjs';

const DEVICES = 2_000;
const CONNECTIONS = 20;
const POLL_EVERY_MS = 40;
const SIGN_INS = 2_000;

export async function benchSignIns({ dataDir, effort }) {
  const muster = await startMuster(dataDir);
  const polls = await openLoad(muster.port, CONNECTIONS, {
    kind: 'polls',
    devices: DEVICES,
    host: muster.host,
    everyMs: POLL_EVERY_MS,
  });
  await polls.run(effort.warmUp);
  await askGraphql(muster, '{ viewer { username } }');
  const quiet = percentile(await polls.run(effort.seconds));
  const [busy, statuses] = await Promise.all([polls.run(effort.seconds), guessAll(muster)]);
  printTitle(`Polls while ${SIGN_INS} wrong passwords come at once, of as many accounts`);
  const during = percentile(busy);
  printAim('  99 of 100 polls within, quiet', quiet, 'ms');
  printTime('  99 of 100 polls within, meanwhile', during, during / quiet, 3);
  for (const [status, count] of statuses) printAim(`  answered ${status}`, count, 'times');
  await polls.close();
  await muster.stop();
}

const percentile = ({ took }) => [...took].sort((a, b) => a - b)[Math.floor(took.length * 0.99)];

/** @returns how many were answered with which status */
async function guessAll({ port, host }) {
  // Fewer connections than the server has: all are sent at once, and none of them costs a device its own.
  const agent = new Agent({ maxSockets: 200 });
  const guess = (n) =>
    new Promise((resolve) => {
      const headers = {
        host,
        authorization: `Basic ${btoa(`user-${n}:wrong`)}`,
        'x-forwarded-for': `198.51.${n >> 8}.${n & 255}`,
      };
      get({ port, path: '/rest/v1/userinfo', headers, agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).on('error', () => resolve('by a closed connection'));
    });
  const counts = new Map();
  for (const status of await Promise.all(Array.from({ length: SIGN_INS }, (_, n) => guess(n))))
    counts.set(status, (counts.get(status) ?? 0) + 1);
  agent.destroy();
  return counts;
}
