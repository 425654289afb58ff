import { Readable } from 'node:stream';
import type { Request } from 'express';

/** A request with these headers and this body, as far as parsers look at one. */
export function requestOf({
  headers,
  body = '',
}: {
  headers: Record<string, string>;
  body?: string;
}): Request {
  const stream = Readable.from([Buffer.from(body)]);
  const socket = { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', localPort: 80 };
  const rawHeaders = Object.entries(headers).flat();
  return Object.assign(stream, {
    headers,
    rawHeaders,
    socket,
    method: 'GET',
    complete: true,
  }) as unknown as Request;
}
