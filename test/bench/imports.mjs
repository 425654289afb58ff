/** Rows a second through POST /imports, beside COPY of the same rows into the same indexed tables. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { median } from './measure.mjs';
import { makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { processorSeconds } from './processes.mjs';
import { printAim, printRate, printRatio, printTitle } from './report.mjs';
import { tokenOf } from './workloads.mjs';

/** A million rows of each shape and way, in slices, so that both ways meet the same moods of the machine. */
const SLICES = 5;
const MOST_MEGABYTES = 400;
/** Ids that COPY hands out itself, far from those of the sequence. */
const COPIED_IDS = 1e12;

/** `attributes` of a row, and whether it has an address: each is a table more. */
const SHAPES = [
  { title: 'name, description, group', attributes: [] },
  { title: 'address and two attributes besides', attributes: ['hw', 'region'] },
];

export async function benchImports({ rows }) {
  const folder = await makeDataFolder();
  const muster = await startMuster(folder.dataDir);
  const database = await openDatabase(folder.dataDir);
  const slice = Math.ceil(rows / SLICES);
  const idle = megabytes(muster.pid, 'VmRSS');
  for (const shape of SHAPES) {
    const copied = { label: 'COPY', rates: [], costs: [] };
    const imported = { label: 'POST /imports', rates: [], costs: [] };
    for (let round = 0; round < SLICES; round++) {
      const copy = copyOf(shape, round * slice, slice);
      await timed(copied, slice, undefined, () => runCopy(database.client, copy));
      const file = fileOf(shape, round * slice, slice);
      await timed(imported, slice, muster.pid, () => upload(muster, file, slice));
    }
    printTitle(`${(slice * SLICES).toLocaleString('en')} rows imported, rows a second: ${shape.title}`);
    for (const result of [copied, imported]) printRate(summary(result));
    printRatio(summary(imported), summary(copied), 0.5);
  }
  const peak = megabytes(muster.pid, 'VmHWM');
  printAim(
    `  Memory of the server, ${idle.toFixed(0)} MB when idle, at its peak`,
    peak,
    'MB',
    `< ${MOST_MEGABYTES}`,
    peak < MOST_MEGABYTES,
  );
  await muster.stop();
  await database.stop();
  await folder.stop();
}

async function timed({ rates, costs }, rows, pid, run) {
  const cpu = processorSeconds(pid);
  const began = performance.now();
  await run();
  rates.push(rows / ((performance.now() - began) / 1000));
  costs.push(((processorSeconds(pid) - cpu) / rows) * 1e6);
}

const summary = ({ label, rates, costs }) => ({
  label,
  rates,
  rate: median(rates),
  microseconds: Number.isFinite(costs[0]) ? median(costs) : undefined,
});

const row = (way, shape, n) => ({
  controllerId: `${way}-${shape.attributes.length}-${String(n).padStart(7, '0')}`,
  name: `Device ${n}`,
  address: shape.attributes.length ? `http://10.1.${(n >> 8) & 255}.${n & 255}` : undefined,
  values: [String(n % 7), 'eu-central'],
});

export function fileOf(shape, from, count) {
  const columns = shape.attributes.map((key) => `,attribute.${key}`).join('');
  const lines = [`controllerId,name,description,group,securityToken,address${columns}`];
  for (let n = from; n < from + count; n++) {
    const { controllerId, name, address = '', values } = row('imported', shape, n);
    const cells = shape.attributes.map((_, index) => `,${values[index]}`).join('');
    lines.push(`${controllerId},${name},made by the bench,eu/berlin,${tokenOf(n)},${address}${cells}`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** For each table its columns and the text to be copied. */
function copyOf(shape, from, count) {
  const now = new Date().toISOString();
  const targets = [];
  const polls = [];
  const attributes = [];
  for (let n = from; n < from + count; n++) {
    const { controllerId, name, address, values } = row('copied', shape, n);
    const id = COPIED_IDS * (shape.attributes.length + 1) + n;
    targets.push(
      `1\t${id}\t${controllerId}\t${name}\tmade by the bench\teu/berlin\t${tokenOf(n)}\tt\tregistered\t${now}\tadmin\t${now}\tadmin\n`,
    );
    if (address) polls.push(`1\t${id}\t${address}\n`);
    for (const [index, key] of shape.attributes.entries())
      attributes.push(`1\t${id}\t${key}\t${values[index]}\n`);
  }
  const TARGETS =
    'targets (tenant_id, id, controller_id, name, description, "group", security_token, request_attributes, update_status, created_at, created_by, last_modified_at, last_modified_by)';
  return [
    [TARGETS, targets],
    ['target_polls (tenant_id, target_id, address)', polls],
    ['target_attributes (tenant_id, target_id, key, value)', attributes],
  ].map(([table, lines]) => ({ table, bytes: Buffer.from(lines.join('')) }));
}

const BLOCK = 1 << 16;
function* blocksOf(bytes) {
  for (let at = 0; at < bytes.length; at += BLOCK) yield bytes.subarray(at, at + BLOCK);
}

const runCopy = (client, tables) =>
  client.begin(async (transaction) => {
    for (const { table, bytes } of tables) {
      if (!bytes.length) continue;
      await transaction.copy(`COPY ${table} FROM STDIN`, [...blocksOf(bytes)]);
    }
  });

export async function upload({ url }, file, rows) {
  const sent = request(`${url}/imports`, {
    method: 'POST',
    headers: {
      'Content-Type': 'text/csv',
      'Content-Length': file.length,
      Authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
    },
  });
  const answered = once(sent, 'response');
  await pipeline(Readable.from(blocksOf(file)), sent);
  const [response] = await answered;
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  if (response.statusCode !== 200 || JSON.parse(text).rows.created !== rows)
    throw new Error(`the import answered ${response.statusCode}: ${text}`);
}

/** Of Linux; elsewhere nothing tells the peak. */
function megabytes(pid, field) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
