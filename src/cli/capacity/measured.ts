import type { Costs } from './model.ts';

/** Of `npm run bench -- capacity` on the machine of docs/measured.md. */
export const MEASURED: Costs = {
  poll: { server: 28, database: 5, wal: 115 },
  firstPoll: { server: 53, database: 27, wal: 387 },
  update: { server: 2_285, database: 1_090, wal: 12_599 },
  memory: { process: 146_000_000, device: 602 },
  disk: { device: 971, update: 4_592 },
};
