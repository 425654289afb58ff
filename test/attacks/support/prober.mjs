/*
 * Asks a server every ten milliseconds whether it lives, on one connection, and notes the longest wait for an answer.
 * A program of its own, so that nothing else it does delays it: prober.mjs URL PID. Its parent sends 'begin', waits for
 * 'begun' before it attacks, sends 'end' and gets a `Probed`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

/** @typedef {{ polls: number, worst: number, growth: number | undefined }} Probed
 *   `worst` in ms, `growth` in bytes: how far the memory's peak is above where it began */

const EVERY_MS = 10;
/** So many polls that begin after the attack are counted. */
const AFTER = 5;
/** A server that is silent for so long is taken for stalled; nobody waits to see for how long. */
const LONGEST_MS = 15_000;

const [url, pid] = process.argv.slice(2);
const { Agent, get } = url?.startsWith('https:') ? https : http;
// Its certificate is the test's own.
const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
let polls = 0;
let worst = 0;
let before;
let began = performance.now();

const read = (/** @type {string} */ path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Milliseconds for which a thread was ready to run and another had the processor. */
const stoodOf = (/** @type {string} */ path) => Number(read(`${path}/schedstat`).split(' ')[1] ?? 0) / 1e6;
/** Those of the server's main thread and of this one; and of each other thread, as the main thread awaits them in V8. */
const stood = () => ({
  main: stoodOf(`/proc/${pid}`) + stoodOf('/proc/self'),
  others: tasksOf().map((task) => [task, stoodOf(`/proc/${pid}/task/${task}`)]),
});
const tasksOf = () => {
  try {
    return readdirSync(`/proc/${pid}/task`).filter((task) => task !== pid);
  } catch {
    return [];
  }
};
/** For how long the machine kept the server waiting since then. */
function keptSince(/** @type {ReturnType<typeof stood>} */ before) {
  const now = stood();
  const then = new Map(/** @type {[string, number][]} */ (before.others));
  const others = now.others.map(([task, ms]) => Number(ms) - (then.get(String(task)) ?? Number(ms)));
  return now.main - before.main + Math.max(0, ...others);
}

/** Bytes, as Linux tells them; undefined elsewhere. */
const memory = (/** @type {'VmRSS' | 'VmHWM'} */ what) => {
  const found = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`));
  return found ? Number(found[1]) * 1024 : undefined;
};

/** A server may end a connection that idles, as any client must expect: it is asked again by another, and time goes on. */
const answered = () =>
  new Promise((resolve) => {
    const request = get(`${url}/health/live`, { agent, timeout: LONGEST_MS }, (response) =>
      response.resume().once('close', () => resolve(true)),
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(request.reusedSocket ? answered() : false));
  });

/** A server that refuses or cuts the connection is as good as stalled. */
async function poll() {
  const waited = stood();
  const asked = performance.now();
  const lives = await answered();
  // What began before `begin` isn't the attack's.
  if (asked < began) return;
  const took = lives ? performance.now() - asked - keptSince(waited) : LONGEST_MS;
  worst = Math.max(worst, took);
  polls++;
}

process.on('message', (/** @type {'begin' | 'end'} */ order) => {
  if (order === 'begin') {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the peak begins anew
    } catch {}
    before = memory('VmRSS');
    [polls, worst, began] = [0, 0, performance.now()];
    process.send?.('begun');
  } else void report();
});
process.on('disconnect', () => process.exit());

async function report() {
  // One may have begun before the attack was over: what the server still does of it, those after it meet.
  for (const until = polls + 1 + AFTER; polls < until; ) await pause(EVERY_MS);
  const peak = memory('VmHWM');
  process.send?.({ polls, worst, growth: peak && before && peak - before });
}

for (;;) {
  await poll();
  await pause(EVERY_MS);
}
