import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { MEASURED } from './capacity/measured.ts';
import { type Capacity, type Costs, capacityOf, type Fleet } from './capacity/model.ts';
import { wrongUsage } from './failure.ts';
import { print, table } from './print.ts';

interface CapacityOptions extends Fleet {
  tenants: number;
  costs?: string;
  json?: boolean;
}

/** `muster capacity`: the machines that a fleet needs. */
export const capacityCommand = (): Command =>
  new Command('capacity')
    .description('tells what machines a fleet needs, from measured costs; needs no server')
    .requiredOption('--devices <count>', 'devices of all tenants', positive)
    .option('--interval <seconds>', 'from a poll of a device to its next', positive, 300)
    .option('--campaign <seconds>', 'in which all devices install one update; 0: none', notNegative, 86_400)
    .option('--kept-updates <count>', 'updates of a device whose history is kept', notNegative, 10)
    .option('--tenants <count>', 'that share the devices', positive, 1)
    .option('--costs <file>', 'JSON of `npm run bench -- capacity` on your machine')
    .option('--json', 'print JSON, for programs')
    .action(tellCapacity);

async function tellCapacity({ tenants, costs, json, ...fleet }: CapacityOptions): Promise<void> {
  const capacity = capacityOf(costs ? await costsIn(costs) : MEASURED, fleet);
  print(capacity, { json }, [
    ...table(['what', 'needed'], rowsOf(capacity)),
    ...adviceOn(capacity, tenants).map((line) => `\n${line}`),
  ]);
}

/** The rows that people read: a name, and how much. */
export function rowsOf(capacity: Capacity): [string, string][] {
  return [
    ['polls a second', rounded(capacity.pollsPerSecond)],
    ["Muster's cores", rounded(capacity.serverCores)],
    ["Muster's processes", String(capacity.processes)],
    ["Muster's memory", bytes(capacity.serverMemory)],
    ["the database's cores", rounded(capacity.databaseCores)],
    ["the database's memory", bytes(capacity.databaseMemory)],
    ["the database's disk", bytes(capacity.databaseDisk)],
    ['writes to its disk a second', rounded(capacity.databaseIops)],
    ['written ahead a second', bytes(capacity.walPerSecond)],
  ];
}

function adviceOn({ databaseNodes, processes }: Capacity, tenants: number): string[] {
  const advice = [];
  if (processes > 1)
    advice.push(
      'Let the proxy send a device always to the same process, by its path: each device is then remembered once.',
    );
  if (databaseNodes > 1 && tenants > 1)
    advice.push(
      `One PostgreSQL is too small: spread the tenants over ${databaseNodes} nodes by Citus (docs/scale.md).`,
    );
  if (databaseNodes > 1 && tenants === 1)
    advice.push(
      'One PostgreSQL is too small, and one tenant does not spread over more: share the devices among tenants.',
    );
  return advice;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

function bytes(count: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${rounded(count / 1000 ** unit)} ${UNITS[unit]}`;
}

/** With two digits that mean something: the model knows no more. */
function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 2 });
}

function notNegative(text: string): number {
  const value = Number(text);
  if (!text.trim() || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It is no number.');
  return value;
}

function positive(text: string): number {
  const value = notNegative(text);
  if (value === 0) throw new InvalidArgumentError('It must be more than 0.');
  return value;
}

const amount = z.number().nonnegative();
const Cost = z.object({ server: amount, database: amount, wal: amount });
const CostsFile: z.ZodType<Costs> = z.object({
  poll: Cost,
  firstPoll: Cost,
  update: Cost,
  memory: z.object({ process: amount, device: amount }),
  disk: z.object({ device: amount, update: amount }),
});

async function costsIn(file: string): Promise<Costs> {
  const text = await readFile(file, 'utf8');
  try {
    return CostsFile.parse(JSON.parse(text));
  } catch {
    throw wrongUsage(`${file} has no costs as \`npm run bench -- capacity\` prints them`);
  }
}
