import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Tracer } from '../tracing/tracer.ts';
import { channelOf, routeOf } from './metrics/requests.ts';
import { requestIdOf, withoutSecrets } from './requests.ts';

/** Answers a request within a span, which has the name of its route and goes on from its `traceparent`. */
export function traceRequest(
  tracer: Tracer,
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => void,
): void {
  const channel = channelOf(request);
  if (!channel) return void answer();
  const { method = '', url = '', headers } = request;
  const { traceparent } = headers;
  const attributes = {
    'http.request.method': method,
    'url.path': withoutSecrets(url),
    'muster.request_id': requestIdOf(request),
    'muster.channel': channel,
  };
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  tracer.begin({ name: method, kind: 'server', attributes, parent }, (span) => {
    response.once('close', () => {
      const route = routeOf(request, channel);
      // A GraphQL operation has named it already.
      if (channel !== 'graphql') span.rename(`${method} ${route}`);
      span.note({ 'http.route': route, 'http.response.status_code': response.statusCode });
      if (response.statusCode >= 500) span.fail(String(response.statusCode));
      else if (!response.writableFinished) span.fail('cut');
      span.end();
    });
    answer();
  });
}
