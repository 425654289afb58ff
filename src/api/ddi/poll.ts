import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PollAnswer } from '../../services/devices/polling/device.ts';
import { type DevicePlatform, poll } from '../../services/devices/polling/poll.ts';
import { domainErrorOf } from '../../services/shared/domain-error-of.ts';
import { errorAnswer } from '../hawkbit-errors.ts';
import { isMatch, PROTOCOL_HEADERS, type Proxies } from '../http.ts';
import type { PollMetrics } from '../metrics/polls.ts';
import { movedHeaders } from './moved.ts';
import { type DevicePath, deviceRequestOf } from './request.ts';
import { deviceTypeOf, errorTypeOf, renderRoot } from './root.ts';

const HEADERS = Object.entries(PROTOCOL_HEADERS).flat();

/**
 * Answers a device's poll: GET or HEAD of its root. A plain listener in front of Express, which costs more than
 * the poll itself; everything else of the device API is Express.
 */
export const pollListener =
  (platform: DevicePlatform, proxies: Proxies, metrics: PollMetrics, log: (error: unknown) => void) =>
  (request: IncomingMessage, response: ServerResponse, path: DevicePath): void => {
    const begunAt = performance.now();
    const send = (status: number, headers: string[], body?: string | Buffer) => {
      metrics.note(status, performance.now() - begunAt);
      const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
      response.writeHead(status, [...headers, ...length, ...HEADERS]);
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const fail = (error: unknown) => {
      const known = domainErrorOf(error);
      if (!known) {
        log(error);
        return send(500, [], '');
      }
      if (known.code === 'UNAUTHENTICATED') return send(401, [], '');
      const { status, headers, body } = errorAnswer(known);
      const moved = movedHeaders(known, path, request, proxies);
      const more = Object.entries({ ...headers, ...moved }).flat();
      send(status, ['Content-Type', errorTypeOf(request), ...more], JSON.stringify(body));
    };
    const answer = (device: PollAnswer) => {
      const accepted = deviceTypeOf(request);
      if (!accepted) return send(406, [], '');
      const { body, etag } = renderRoot(device, path, proxies.baseUrlOf(request), accepted.type);
      if (isMatch(request, etag)) return send(304, ['ETag', etag]);
      send(200, ['Content-Type', accepted.contentType, 'ETag', etag], body);
    };
    try {
      const device = poll(platform, deviceRequestOf(request, path, proxies));
      if (device instanceof Promise) device.then(answer).catch(fail);
      else answer(device);
    } catch (error) {
      fail(error);
    }
  };
