import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { PollCounts } from './ddi/poll.ts';

export interface OperationsOptions {
  /** Whether the database answers. */
  isReady: () => boolean;
  rememberedDevices: () => number;
  /** How many there are, and how many the server has ended, by reason. */
  connections: { size: () => number; ended: ReadonlyMap<string, number> };
  pollCounts: PollCounts;
  /** Called once with the registry of this process. @returns a function that renders the metrics of all processes */
  shareMetrics?: (registry: Registry) => () => Promise<string>;
}

export interface Operations {
  /** `/health/…` and `/metrics`: for the operator's tools, without sign-in. */
  router: express.Router;
  /** Counts the answer to a request of the other doors. */
  count(request: IncomingMessage, response: ServerResponse): void;
}

/** Opens liveness, readiness and Prometheus metrics. */
export function openOperations(options: OperationsOptions): Operations {
  const { isReady, shareMetrics = (registry) => () => registry.metrics() } = options;
  const registry = openMetrics(options);
  const renderMetrics = shareMetrics(registry);
  const router = express.Router();
  router.get('/health/live', (_request, response) => void response.json({ status: 'UP' }));
  router.get('/health/ready', (_request, response) => {
    const ready = isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'UP' : 'DOWN' });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await renderMetrics());
  });
  return {
    router,
    count(request, response) {
      const [, first] = /^\/(\w*)/.exec(request.url ?? '') ?? [];
      if (first === 'health' || first === 'metrics') return;
      const channel = DOORS[first ?? ''] ?? 'ddi';
      response.once('finish', () => requests(registry).inc({ channel, status: response.statusCode }));
    },
  };
}

/** The channels by the first part of the path; in all other paths the first part is a tenant. */
const DOORS: Record<string, string> = {
  rest: 'rest',
  graphql: 'graphql',
  imports: 'files',
  exports: 'files',
  uploads: 'files',
};

const requests = (registry: Registry) => registry.getSingleMetric('muster_requests_total') as Counter;

function openMetrics({ rememberedDevices, connections, pollCounts }: OperationsOptions): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Counter({
    name: 'muster_requests_total',
    help: 'Requests answered, except polls, by channel and status.',
    labelNames: ['channel', 'status'],
    registers,
  });
  new Counter({
    name: 'muster_polls_total',
    help: 'Polls answered, by status.',
    labelNames: ['status'],
    registers,
    // Polls are counted in a plain map: there are too many for a call of the library each time.
    collect() {
      this.reset();
      for (const [status, count] of pollCounts) this.inc({ status }, count);
    },
  });
  new Gauge({
    name: 'muster_devices_remembered',
    help: 'Devices whose polls are answered from memory.',
    registers,
    collect() {
      this.set(rememberedDevices());
    },
  });
  new Gauge({
    name: 'muster_connections',
    help: 'Connections that are open.',
    registers,
    collect() {
      this.set(connections.size());
    },
  });
  new Counter({
    name: 'muster_connections_ended_total',
    help: 'Connections that the server ended, by reason: full, room, head, body, answer, linger.',
    labelNames: ['why'],
    registers,
    collect() {
      this.reset();
      for (const [why, count] of connections.ended) this.inc({ why }, count);
    },
  });
  return registry;
}
