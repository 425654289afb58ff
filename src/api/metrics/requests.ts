import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';

/** The channels by the first part of the path; in all other paths the first part is a tenant. */
const CHANNELS: Record<string, string> = {
  rest: 'rest',
  graphql: 'graphql',
  imports: 'files',
  exports: 'files',
  uploads: 'files',
};
/** They are asked all the time, and tell nothing. */
const UNCOUNTED = ['health', 'metrics'];
/** What no route answered: the paths that people try have no end. */
const NO_ROUTE = 'none';

/** The pattern of the path, such as `/rest/v1/targets/:controllerId`: as many as there are routes. */
export function routeOf(request: unknown, channel: string): string {
  if (channel === 'graphql') return '/graphql';
  // Only what Express has seen has a route.
  const { route, baseUrl = '' } = request as Partial<Request>;
  return route === undefined ? NO_ROUTE : `${baseUrl}${String(route.path)}`;
}

/** Which of the APIs answers; undefined for what isn't counted. */
export function channelOf({ url = '' }: Pick<IncomingMessage, 'url'>): string | undefined {
  const [, first = ''] = /^\/(\w*)/.exec(url) ?? [];
  return UNCOUNTED.includes(first) ? undefined : (CHANNELS[first] ?? 'ddi');
}

/** Counts and times the answers to all requests but polls. */
export function openRequestMetrics(
  registry: Registry,
): (request: IncomingMessage, response: ServerResponse, begunAt: number) => void {
  const registers = [registry];
  const answered = new Counter({
    name: 'muster_requests_total',
    help: 'Requests answered, except polls, by channel and status.',
    labelNames: ['channel', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'muster_request_seconds',
    help: 'How long requests took, except polls, in seconds, by route.',
    labelNames: ['channel', 'method', 'route'],
    buckets: [0.005, 0.025, 0.1, 0.25, 1, 5],
    registers,
  });
  return (request, response, begunAt) => {
    const channel = channelOf(request);
    if (!channel) return;
    const { method = '' } = request;
    response.once('finish', () => {
      answered.inc({ channel, status: response.statusCode });
      seconds.observe(
        { channel, method, route: routeOf(request, channel) },
        (performance.now() - begunAt) / 1000,
      );
    });
  };
}
