import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { type Observed, openGauges } from './metrics/gauges.ts';
import { openPollMetrics, type PollMetrics } from './metrics/polls.ts';
import { openRequestMetrics } from './metrics/requests.ts';
import { notedRoutes } from './openapi/noted.ts';
import { LIVE, METRICS, READY } from './openapi/open.ts';
import type { RouteBook } from './openapi/operation.ts';

export interface OperationsOptions extends Observed {
  routes: RouteBook;
  /** Called once with the registry of this process. @returns a function that renders the metrics of all processes */
  shareMetrics?: ((registry: Registry) => () => Promise<string>) | undefined;
}

export interface Operations {
  /** `/health/…` and `/metrics`: for the operator's tools, without sign-in. */
  router: express.Router;
  /** Counts and times the answer to a request of the other doors, which came at `begunAt` of `performance.now()`. */
  watch(request: IncomingMessage, response: ServerResponse, begunAt: number): void;
  polls: PollMetrics;
}

/** Opens liveness, readiness and Prometheus metrics. */
export function openOperations(options: OperationsOptions): Operations {
  const { isReady, replica, routes, shareMetrics = (registry) => () => registry.metrics() } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const polls = openPolls(registry);
  openGauges(registry, options);
  const watch = openRequestMetrics(registry);
  const renderMetrics = shareMetrics(registry);
  const router = express.Router();
  const serve = notedRoutes(router, routes);
  serve('get', '/health/live', LIVE, (_request, response) => void response.json({ status: 'UP' }));
  serve('get', '/health/ready', READY, (_request, response) => {
    const ready = isReady();
    const read = replica && { replica: replica().isUsed ? 'USED' : 'LEFT_ASIDE' };
    response.status(ready ? 200 : 503).json({ status: ready ? 'UP' : 'DOWN', ...read });
  });
  serve('get', '/metrics', METRICS, async (_request, response) => {
    response.type(registry.contentType).send(await renderMetrics());
  });
  return { router, watch, polls };
}

function openPolls(registry: Registry): PollMetrics {
  const polls = openPollMetrics();
  polls.register(registry);
  new Counter({
    name: 'muster_polls_total',
    help: 'Polls answered, by status.',
    labelNames: ['status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [status, count] of polls.counts) this.inc({ status }, count);
    },
  });
  return polls;
}
