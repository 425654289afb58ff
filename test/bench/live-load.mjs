/**
 * Changes targets at a steady rate, whatever the answers take, and watches them: in one process, so that one clock
 * says when a change was sent, answered and seen.
 *
 * Told by messages: `{ port, host, connections, devices, subscribers }` once, then `{ seconds, rate, together }` for every run:
 * `together` targets are changed by one request.
 */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { controllerIdOf, tokenOf } from './workloads.mjs';

const AUTHORIZATION = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
const TICK_MS = 5;
const LATE_MS = 3_000;

let target;
/** Of each device its last change: when it was sent, answered and seen. */
const changed = new Map();
let extra = 0;
let next = 0;

process.on('message', async (message) => {
  if (message.seconds) return process.send(await run(message));
  target = { ...message, agent: new Agent({ keepAlive: true, maxSockets: message.connections }) };
  const watchers = Array.from({ length: message.subscribers }, (_, n) => openWatcher(n % 100));
  await Promise.all(watchers);
  process.send({ opened: true });
});
process.on('disconnect', () => process.exit());

function openWatcher(slot) {
  const digits = String(slot).padStart(2, '0');
  const filter =
    slot % 2 ? `id==device-*${digits}` : `attribute.slot==${digits} and updateStatus==registered`;
  const query = 'subscription ($filter: String) { targetEvents(filter: $filter) { type controllerId } }';
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`closed by ${code}`)));
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: AUTHORIZATION } })),
    );
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack')
        socket.send(
          JSON.stringify({ type: 'subscribe', id: '1', payload: { query, variables: { filter } } }),
        );
      else if (type === 'ping') socket.send('{"type":"pong"}');
      else if (type !== 'next' || payload.errors) throw new Error(String(data));
      else if (payload.data.targetEvents.type === 'RESYNC') resolve();
      else see(payload.data.targetEvents);
    });
  });
}

function see({ type, controllerId }) {
  const change = changed.get(controllerId);
  if (type !== 'UPDATED' || !change) extra++;
  else change.seenAt ??= performance.now();
}

async function run({ seconds, rate, together }) {
  changed.clear();
  extra = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  const count = seconds * rate;
  const all = [];
  const answers = [];
  while (all.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * rate));
    while (all.length + together <= due) {
      const numbers = Array.from({ length: together }, () => (next++ % target.devices) + 1);
      const changes = numbers.map(() => ({ sentAt: performance.now() }));
      for (const [index, change] of changes.entries()) changed.set(controllerIdOf(numbers[index]), change);
      all.push(...changes);
      const answer = together === 1 ? upload(numbers[0]) : note(numbers);
      answers.push(
        answer.then(() => {
          for (const change of changes) change.answeredAt = performance.now();
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const answered = all.filter(({ answeredAt }) => answeredAt < end).length;
  await Promise.all(answers);
  const patience = performance.now() + LATE_MS;
  while (all.some(({ seenAt }) => !seenAt) && performance.now() < patience)
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  const seen = all.filter(({ seenAt }) => seenAt);
  return {
    changes: all.length,
    answered,
    missed: all.length - seen.length,
    extra,
    // Some are seen before their answer is.
    afterAnswer: spread(seen.map(({ answeredAt, seenAt }) => Math.max(0, seenAt - answeredAt))),
    afterRequest: spread(seen.map(({ sentAt, seenAt }) => seenAt - sentAt)),
  };
}

/** A device tells its attributes. */
function upload(number) {
  const slot = String(number).slice(-2).padStart(2, '0');
  return send(
    'PUT',
    `/DEFAULT/controller/v1/${controllerIdOf(number)}/configData`,
    `TargetToken ${tokenOf(number)}`,
    { mode: 'merge', data: { slot, build: randomBytes(8).toString('hex') } },
  );
}

const NOTE = `mutation Note($input: SetTargetMetadataInput!) {
  setTargetMetadata(input: $input) { affectedCount userErrors { message } }
}`;

/** An administrator notes something of several targets. */
function note(numbers) {
  const input = {
    targets: { filter: `id=in=(${numbers.map(controllerIdOf).join()})` },
    entries: [{ key: 'note', value: randomBytes(8).toString('hex') }],
  };
  return send('POST', '/graphql', AUTHORIZATION, { query: NOTE, variables: { input } });
}

function send(method, path, authorization, content) {
  const body = JSON.stringify(content);
  const headers = {
    Host: target.host,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Authorization: authorization,
  };
  const { agent, port } = target;
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1', method, path, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
      response.resume().once('end', resolve);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function spread(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99), slowest: at(1) };
}
