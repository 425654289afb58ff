import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MEASURED } from '../../src/cli/capacity/measured.ts';
import { type Costs, capacityOf, costOf } from '../../src/cli/capacity/model.ts';
import { rowsOf } from '../../src/cli/capacity.ts';

const costs: Costs = {
  poll: { server: 60, database: 30, wal: 100 },
  firstPoll: { server: 200, database: 90, wal: 300 },
  update: { server: 6_000, database: 3_000, wal: 10_000 },
  memory: { process: 100_000_000, device: 400 },
  disk: { device: 1_000, update: 500 },
};

describe('what work costs', () => {
  it('is the sum of each kind', () => {
    expect(costOf(costs, { polls: 10, firstPolls: 2, updates: 1 })).toEqual({
      server: 7_000,
      database: 3_480,
      wal: 11_600,
    });
  });
});

describe('what a fleet needs', () => {
  const fleet = { devices: 1_000_000, interval: 100, campaign: 0, keptUpdates: 2 };

  it('is cores that are busy for 60 % of the time', () => {
    const { pollsPerSecond, serverCores, databaseCores, processes } = capacityOf(costs, fleet);
    expect({ pollsPerSecond, serverCores, databaseCores, processes }).toEqual({
      pollsPerSecond: 10_000,
      serverCores: 1,
      databaseCores: 0.5,
      processes: 1,
    });
  });

  it('is more while a campaign runs', () => {
    const { serverCores, walPerSecond } = capacityOf(costs, { ...fleet, campaign: 1_000 });
    expect(serverCores).toBeCloseTo(11);
    expect(walPerSecond).toBeCloseTo(11_000_000);
  });

  it('is memory for each device once, and for each process', () => {
    const { processes, serverMemory } = capacityOf(costs, { ...fleet, interval: 10 });
    expect(processes).toBe(10);
    expect(serverMemory).toBe(10 * 100_000_000 + 1_000_000 * 400);
  });

  it('is disk for devices and for the updates that are kept', () => {
    expect(capacityOf(costs, fleet).databaseDisk).toBe(1_000_000 * (1_000 + 2 * 500));
  });

  it('is several databases where one would be too large', () => {
    expect(capacityOf(costs, fleet).databaseNodes).toBe(1);
    expect(capacityOf(costs, { ...fleet, devices: 100_000_000, interval: 60 }).databaseNodes).toBe(3);
  });
});

/** The tables of the manual have what the command says; when a cost changes, this prints the new rows. */
describe('the manual', () => {
  const SHOWN = [
    "Muster's cores",
    "Muster's memory",
    "the database's cores",
    "the database's memory",
    "the database's disk",
    'writes to its disk a second',
  ];
  const rowOf = (devices: number, interval: number) => {
    const needed = new Map(
      rowsOf(capacityOf(MEASURED, { devices, interval, campaign: 86_400, keptUpdates: 10 })),
    );
    return `| ${devices.toLocaleString('en')} | ${interval.toLocaleString('en')} s | ${SHOWN.map((what) => needed.get(what)).join(' | ')} |`;
  };

  it('says what fleets need', async () => {
    const rows = [1e5, 1e6, 1e7, 1e8].flatMap((devices) =>
      [60, 300, 3_600].map((interval) => rowOf(devices, interval)),
    );
    const manual = await readFile('docs/scale.md', 'utf8');
    expect(rows.filter((row) => !manual.includes(row))).toEqual([]);
  });
});
