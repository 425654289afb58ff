/** Muster as it is built, on a data folder of the bench's own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPool } from '../../dist/database/connect.js';
import { startEmbeddedDatabase } from '../../dist/database/embedded/start.js';
import { pause, residentMegabytes } from './processes.mjs';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** What is running, so that nothing is left behind when the bench fails. */
const running = new Set();

/** Ends whatever still runs, the last begun first. */
export async function stopAll() {
  for (const one of [...running].reverse()) await one.stop().catch(() => {});
}

/** Has it stopped with the bench, unless it was before. */
export function tracked(one) {
  const { stop } = one;
  one.stop = () => {
    running.delete(one);
    return stop();
  };
  running.add(one);
  return one;
}

/** A data folder that goes with the bench. The database's own user may pass through it, so that it stays here. */
export async function makeDataFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  await chmod(folder, 0o711);
  return tracked({
    dataDir: join(folder, 'data'),
    stop: () => rm(folder, { recursive: true, force: true }),
  });
}

/**
 * Starts one server process and waits until it is ready.
 * @param {string} dataDir
 * @param {Record<string, string>} [settings]
 */
export async function startMuster(dataDir, settings = {}) {
  const { PATH, HOME, MUSTER_BENCH_NODE_OPTIONS: nodeOptions = '' } = process.env;
  const began = performance.now();
  const child = spawn(process.execPath, [...nodeOptions.split(' ').filter(Boolean), MAIN], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      LOG_LEVEL: 'warn',
      MUSTER_DATA_DIR: dataDir,
      MUSTER_TARGETS: '1000000000',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const handle = tracked({
    pid: child.pid,
    residentMegabytes: () => residentMegabytes(child.pid),
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`Muster ended with code ${code}`);
    },
  });
  const url = await Promise.race([
    urlIn(child.stdout),
    ended.then(([code]) => Promise.reject(new Error(`Muster ended with code ${code}`))),
  ]);
  while (!(await isReady(url))) await pause(5);
  return Object.assign(handle, {
    url,
    tls: url.startsWith('https:'),
    host: new URL(url).host,
    port: Number(new URL(url).port),
    readySeconds: (performance.now() - began) / 1000,
  });
}

/** Over TLS its certificate is one that the bench has made. */
const isReady = (url) =>
  new Promise((resolve, reject) => {
    const { get } = url.startsWith('https:') ? https : http;
    get(`${url}/health/ready`, { agent: false, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', reject);
  });

/** The address that the start line tells. */
function urlIn(output) {
  return new Promise((resolve) => {
    let text = '';
    output.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const url = /Muster serves .*?(https?:\/\/[^/\s]+)/.exec(text)?.[1];
      if (url) resolve(url);
    });
  });
}

/** The database of a data folder, beside the server that uses it, which may come and go. */
export async function openDatabase(dataDir) {
  const embedded = await startEmbeddedDatabase({ dataDir });
  const pool = openPool(embedded.connection, {
    connections: 4,
    prepare: true,
    pipelines: true,
    name: 'muster bench',
  });
  return tracked({
    connection: embedded.connection,
    client: pool.client,
    database: pool.database,
    async stop() {
      await pool.close();
      await embedded.stop();
    },
  });
}

/** One GraphQL request of the administrator. */
export async function askGraphql({ url }, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}
