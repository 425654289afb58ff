import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parse as parseForwarded } from 'forwarded-parse';

/** A header that isn't well formed. */
export class MisaddressedError extends Error {
  constructor(header: string) {
    super(`${header}: is not well formed`);
  }
}

/** A part of a path, encoded as in hawkBit's links: RFC 3986 reserves what JavaScript leaves as it is. */
export const encodeSegment = (segment: string | number): string =>
  encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A name or an address, perhaps with a port: only such a host may go into links. */
const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
const PORT = /^\d{1,5}$/;
const PREFIX = /^(?:\/[\w.~%@:+-]+)*$/;
const DOTS = /\/\.{1,2}(?:\/|$)/;

/** Proxies have their own schemes for WebSockets. */
const PROTOCOLS: ReadonlyMap<string, 'http' | 'https'> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
]);
/** What one proxy said, by the names of RFC 7239. */
export type Hop = { proto?: string; host?: string; for?: string };

const USUAL_PORTS = { http: '80', https: '443' };

/**
 * The base of links for a request, without a slash at its end: the host it was sent to, or what trusted proxies say.
 * @throws MisaddressedError
 */
export function baseUrlOf(request: IncomingMessage, believeProxy: () => boolean): string {
  const host = ownHostOf(request);
  const protocol = 'encrypted' in request.socket ? 'https' : 'http';
  if (!isForwarded(request.headers) || !believeProxy()) return `${protocol}://${host}`;
  return forwardedBaseUrl(request.headers, protocol, host);
}

function ownHostOf({ headers, rawHeaders, socket }: IncomingMessage): string {
  const { host } = headers;
  // Only HTTP/1.0 has requests without a host.
  if (host === undefined) return localHostOf(socket.localAddress, socket.localPort);
  if (!HOST.test(host) || hasTwoHosts(rawHeaders)) throw new MisaddressedError('Host');
  return host;
}

const localHostOf = (address = 'localhost', port = 80) =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** Node.js keeps only the first of two `Host` headers. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}

const isForwarded = (headers: IncomingHttpHeaders) =>
  headers['x-forwarded-proto'] !== undefined ||
  headers['x-forwarded-host'] !== undefined ||
  headers['x-forwarded-port'] !== undefined ||
  headers['x-forwarded-prefix'] !== undefined ||
  headers.forwarded !== undefined;

/** `Forwarded` (RFC 7239) comes before the older headers, and a separate port before that of the host. */
function forwardedBaseUrl(headers: IncomingHttpHeaders, ownProtocol: 'http' | 'https', ownHost: string) {
  const hops = forwardedOf(headers);
  if (!hops) throw new MisaddressedError('Forwarded');
  const { proto, host } = hops[0] ?? {};
  const protocolName = proto ?? firstOf(headers, 'x-forwarded-proto') ?? ownProtocol;
  const protocol = PROTOCOLS.get(protocolName.toLowerCase());
  if (!protocol) throw new MisaddressedError(proto === undefined ? 'X-Forwarded-Proto' : 'Forwarded');
  const authority = host ?? withPort(headers, firstOf(headers, 'x-forwarded-host') ?? ownHost, protocol);
  if (!HOST.test(authority))
    throw new MisaddressedError(host === undefined ? 'X-Forwarded-Host' : 'Forwarded');
  return `${protocol}://${authority}${prefixOf(headers)}`;
}

function withPort(headers: IncomingHttpHeaders, host: string, protocol: 'http' | 'https'): string {
  const port = firstOf(headers, 'x-forwarded-port');
  if (port === undefined) return host;
  if (!PORT.test(port)) throw new MisaddressedError('X-Forwarded-Port');
  const name = host.replace(/:\d+$/, '');
  return port === USUAL_PORTS[protocol] ? name : `${name}:${port}`;
}

/** What each proxy said, the one nearest to the client first; undefined if it is not well formed. */
export function forwardedOf({ forwarded }: IncomingHttpHeaders): Hop[] | undefined {
  if (!forwarded) return [];
  try {
    return parseForwarded(forwarded);
  } catch {
    return undefined;
  }
}

/** Each proxy of a chain may have cut off a prefix: all of them, the outermost first. */
function prefixOf(headers: IncomingHttpHeaders): string {
  const prefix = String(headers['x-forwarded-prefix'] ?? '')
    .split(',')
    .map((part) => part.trim().replace(/\/+$/, ''))
    .join('');
  if (!PREFIX.test(prefix) || DOTS.test(prefix)) throw new MisaddressedError('X-Forwarded-Prefix');
  return prefix;
}

const firstOf = (headers: IncomingHttpHeaders, name: string) =>
  String(headers[name] ?? '')
    .split(',', 1)[0]
    ?.trim() || undefined;
