import { hash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import proxyAddr from 'proxy-addr';
import type { DomainError } from '../errors.ts';
import type { Channel, Origin } from '../services/shared/context.ts';
import { traceParentNow } from '../tracing/tracer.ts';
import { baseUrlOf, forwardedOf } from './base-url.ts';
import { requestIdOf } from './requests.ts';

/** The headers of every answer of the REST and device APIs, as in hawkBit. */
export const PROTOCOL_HEADERS = {
  'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
  Pragma: 'no-cache',
  Expires: '0',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

const protocolHeaders = Object.entries(PROTOCOL_HEADERS);

/** Sets them on an answer. */
export function setProtocolHeaders(response: ServerResponse): void {
  for (const [name, value] of protocolHeaders) response.setHeader(name, value);
}

/** Reads the headers of proxies in front of the server, and believes only trusted ones. */
export interface Proxies {
  isTrusted(request: IncomingMessage): boolean;
  /** The client's address, past trusted proxies. */
  addressOf(request: IncomingMessage): string;
  /** Why a request is refused: it, or a trusted proxy, names a malformed host. */
  refusalOf(request: IncomingMessage): string | undefined;
  /** The base of links, without a slash at its end; only for requests that aren't refused. */
  baseUrlOf(request: IncomingMessage): string;
  /** The base of links that outlive a request; undefined where only the requests say it. */
  publicUrl: string | undefined;
  /** Whether a request came by TLS, to the server itself or to a trusted proxy. */
  isEncrypted(request: IncomingMessage): boolean;
  /** The path of the base: empty, or with a slash at its start and none at its end. */
  basePathOf(request: IncomingMessage): string;
}

/** Where a call came from. */
export const originOf = (
  proxies: Pick<Proxies, 'addressOf'>,
  request: IncomingMessage,
  channel: Channel,
): Origin => ({
  channel,
  address: proxies.addressOf(request),
  requestId: requestIdOf(request),
  traceParent: traceParentNow(),
});

type Trust = (address: string) => boolean;
const BASE = Symbol('base of links');

/** Whether an address is a trusted proxy's; `trusted` is like Express' `trust proxy`. @throws if it names no address */
export function trustOf(trusted: string): (address: string) => boolean {
  const trust = proxyAddr.compile(
    trusted
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );
  return (address) => trust(address, 0);
}

/** `trusted` as in `trustOf`. */
export function openProxies(trusted: string, publicUrl: string | undefined): Proxies {
  const trust = trustOf(trusted);
  const isTrusted = (request: IncomingMessage) => trust(request.socket.remoteAddress ?? '');
  const fixed = publicUrl?.replace(/\/+$/, '');
  const base = (request: IncomingMessage & { [BASE]?: string }) =>
    // It is needed several times for a request.
    (request[BASE] ??= baseUrlOf(request, () => fixed === undefined && isTrusted(request)));
  return {
    isTrusted,
    addressOf(request) {
      const { headers, socket } = request;
      const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
      return plain(
        isForwarded && isTrusted(request) ? clientOf(socket, headers, trust) : (socket.remoteAddress ?? ''),
      );
    },
    refusalOf(request) {
      try {
        base(request);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    publicUrl: fixed,
    isEncrypted: (request) => baseUrlOf(request, () => isTrusted(request)).startsWith('https:'),
    baseUrlOf: (request) => fixed ?? base(request),
    basePathOf: (request) => (fixed ?? base(request)).replace(/^\w+:\/\/[^/]*/, ''),
  };
}

/** The client behind trusted proxies; if they have only a name for it, the proxy itself. */
function clientOf(socket: Socket, headers: IncomingHttpHeaders, trust: Trust): string {
  const chain = { headers: { 'x-forwarded-for': forwardedFor(headers) }, socket, connection: socket };
  const address = proxyAddr(chain as unknown as IncomingMessage, trust);
  return isIP(address) ? address : (socket.remoteAddress ?? '');
}

/** The addresses from proxies, without ports: `Forwarded` counts if there is no other header. */
function forwardedFor(headers: IncomingHttpHeaders): string {
  const list = headers['x-forwarded-for'];
  const hops = list
    ? String(list).split(',')
    : (forwardedOf(headers) ?? []).map((hop) => hop.for ?? 'unknown');
  return hops.map((hop) => withoutPort(hop.trim())).join(',');
}

const withoutPort = (hop: string) =>
  /^\[(.*)\](?::\d+)?$/.exec(hop)?.[1] ?? hop.replace(/^([\d.]+):\d+$/, '$1');

/** An IPv4 address as IPv4, also if the server listens on IPv6. */
const plain = (address: string) => (address.startsWith('::ffff:') ? address.slice(7) : address);

/** `WWW-Authenticate` of a 401. Without a dialog it names no way for which browsers open theirs. */
export const challengeOf = ({ details }: DomainError, realm: string, withoutDialog = false): string =>
  details.signInBy === 'token' || withoutDialog
    ? `Bearer realm="${realm}"`
    : `Basic realm="${realm}", charset="UTF-8"`;

/** A strong ETag: the digest of a body. Processors compute SHA-1 twice as fast as MD5. */
export const etagOf = (body: string | Buffer): string => `"${hash('sha1', body)}"`;

/**
 * Whether the client already has the body: `If-None-Match` is a list of tags, weak or strong, or `*`. As in hawkBit,
 * `Cache-Control` doesn't matter.
 */
export function isMatch({ headers }: IncomingMessage, etag: string): boolean {
  const tags = headers['if-none-match'];
  if (tags === undefined || tags === etag) return tags === etag;
  return tags.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}

/** The address of a device: `http://` and the IP. */
export const addressUrl = (ip: string): string => `http://${ip.includes(':') ? `[${ip}]` : ip}`;

/** Characters that hawkBit's server refuses before it reads the request. */
const FORBIDDEN_IN_PATH = /%2f|%5c|%00|\/\/|\\/i;
const FORBIDDEN_IN_QUERY = /["<>\\^`{|}]|%00/;

/** The parts of paths up to a controllerId, the name of an enrollment group or a key of metadata, which may have slashes. */
const NAMED = [
  /^\/\.well-known\/est\/[^/]+/,
  /^\/[\w-]{1,40}\/controller\/v1\/[^/]+/,
  /^\/rest\/v1\/(?:targets|softwaremodules|distributionsets)\/[^/]+\/metadata\/[^/]+$/,
  /^\/rest\/v1\/targets\/[^/]+/,
  /^\/rest\/v1\/targettags\/[^/]+\/assigned\/[^/]+$/,
  /^\/targets\/[^/]+$/,
];

/** Why a request line is refused with 400, if it is. */
export function urlRefusalOf(url: string): string | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (query >= 0 && FORBIDDEN_IN_QUERY.test(url.slice(query)))
    return 'The query must hold none of " < > \\ ^ ` { | } as they are, and no %00';
  const refusal = FORBIDDEN_IN_PATH.test(path) ? pathRefusalOf(path) : undefined;
  if (refusal || decodeSegment(url) !== undefined) return refusal;
  return 'The percent-encoding cannot be read as UTF-8';
}

function pathRefusalOf(path: string): string | undefined {
  if (/%00/.test(path)) return 'The path must hold no %00';
  if (/\/\/|\\/.test(path)) return 'The path must hold no \\ and no empty part';
  const named = NAMED.find((pattern) => pattern.test(path));
  if (!/%2f|%5c/i.test(named ? path.replace(named, '') : path)) return undefined;
  return 'The path must hold no %2F and no %5C but in a controllerId, in the name of a group and in a key of metadata';
}

/** Decodes percent-encoding; undefined if it is malformed. */
export function decodeSegment(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Refuses a change of protocol: there is no response object for it. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
