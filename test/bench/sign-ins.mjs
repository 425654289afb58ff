/** How long polls take while very many wrong passwords come at once, beside a quiet time. */
import { connect } from 'node:net';
import { askGraphql, startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printAim, printTime, printTitle } from './report.mjs';

const DEVICES = 2_000;
const CONNECTIONS = 20;
const POLL_EVERY_MS = 40;
const SIGN_INS = 2_000;
/** What the other server answers to everything: what any server in Node.js would take for as many requests. */
const BARE_ANSWER = { headers: { 'Content-Type': 'application/json', 'Content-Length': '2' }, body: '{}' };
/** Sign-ins on one connection. */
const ON_EACH = 20;

export async function benchSignIns({ dataDir, effort }) {
  printTitle(`Polls while ${SIGN_INS} wrong passwords come at once, of as many accounts`);
  const bare = openChild('bare-node.mjs');
  const { port } = await bare.ask(BARE_ANSWER);
  await meet({ port, host: `127.0.0.1:${port}` }, effort, 'a bare node:http server');
  await bare.close();
  const muster = await startMuster(dataDir);
  await askGraphql(muster, '{ viewer { username } }');
  const statuses = await meet(muster, effort, 'Muster', 3);
  for (const [status, count] of statuses) printAim(`  answered ${status}`, count, 'times');
  await muster.stop();
}

/** @returns how often each status came */
async function meet({ port, host }, effort, who, most) {
  const polls = await openLoad(port, CONNECTIONS, {
    kind: 'polls',
    devices: DEVICES,
    host,
    everyMs: POLL_EVERY_MS,
  });
  await polls.run(effort.warmUp);
  const quiet = percentile(await polls.run(effort.seconds));
  const count = guessAll({ port, host });
  const during = percentile(await polls.run(effort.seconds));
  await polls.close();
  printAim(`  ${who}: 99 of 100 polls within, quiet`, quiet, 'ms');
  printTime(`  ${who}: 99 of 100 polls within, meanwhile`, during, during / quiet, most);
  return count();
}

const percentile = ({ took }) => [...took].sort((a, b) => a - b)[Math.floor(took.length * 0.99)];

/**
 * Sends all at once: many on each connection, so that however few connections the server has, none costs a device its
 * own. Two hash at a time, so most of those that wait are not awaited.
 * @returns what counts those that were answered until then, by status, and the rest
 */
function guessAll({ port, host }) {
  const counts = new Map();
  const sockets = Array.from({ length: SIGN_INS / ON_EACH }, (_, at) => {
    const socket = connect(port, '127.0.0.1');
    let rest = '';
    socket.setEncoding('latin1').on('data', (text) => {
      rest += text;
      for (const [, status] of rest.matchAll(/HTTP\/1\.1 (\d+) /g))
        counts.set(status, (counts.get(status) ?? 0) + 1);
      // A status line may come in two pieces.
      rest = /[HTP/1. \d]*$/.exec(rest.slice(-13))?.[0].replace(/^.*HTTP\/1\.1 \d+ /s, '') ?? '';
    });
    socket.on('error', (error) => counts.set(error.code, (counts.get(error.code) ?? 0) + 1));
    socket.write(Array.from({ length: ON_EACH }, (_, n) => guess(at * ON_EACH + n, host)).join(''));
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
    const answered = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return [...counts, ['not yet, as it waits for its turn', SIGN_INS - answered]];
  };
}

const guess = (n, host) =>
  [
    'GET /rest/v1/userinfo HTTP/1.1',
    `Host: ${host}`,
    `Authorization: Basic ${btoa(`user-${n}:wrong`)}`,
    `X-Forwarded-For: 198.51.${n >> 8}.${n & 255}`,
    '',
    '',
  ].join('\r\n');
