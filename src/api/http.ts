import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { DomainError } from '../errors.ts';

/** What every answer of the REST and device APIs carries, as hawkBit's do. */
export const PROTOCOL_HEADERS = {
  'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** Reads what a proxy in front may have written, and believes it only of a trusted one. */
export interface Peers {
  isTrusted(request: IncomingMessage): boolean;
  /** The client's address, past trusted proxies. */
  addressOf(request: IncomingMessage): string;
  /** The base of links, without a slash at its end. */
  baseUrlOf(request: IncomingMessage): string;
}

/** `trusted` in Express' `trust proxy` words. @throws where it names no address. */
export function openPeers(trusted: string, publicUrl: string | undefined): Peers {
  const trust = proxyAddr.compile(
    trusted
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );
  const isTrusted = (request: IncomingMessage) => trust(request.socket.remoteAddress ?? '', 0);
  const base = publicUrl?.replace(/\/+$/, '');
  return {
    isTrusted,
    addressOf(request) {
      const address = request.headers['x-forwarded-for']
        ? proxyAddr(request, trust)
        : (request.socket.remoteAddress ?? '');
      return address.startsWith('::ffff:') ? address.slice(7) : address;
    },
    baseUrlOf(request) {
      if (base) return base;
      const encrypted = 'encrypted' in request.socket;
      let protocol = encrypted ? 'https' : 'http';
      let host = request.headers.host ?? 'localhost';
      if (
        (request.headers['x-forwarded-proto'] || request.headers['x-forwarded-host']) &&
        isTrusted(request)
      ) {
        protocol = firstOf(request.headers['x-forwarded-proto']) ?? protocol;
        host = firstOf(request.headers['x-forwarded-host']) ?? host;
      }
      return `${protocol}://${host}`;
    },
  };
}

const firstOf = (header: string | string[] | undefined) =>
  String(header ?? '')
    .split(',')[0]
    ?.trim() || undefined;

/** `WWW-Authenticate` of a 401. */
export const challengeOf = ({ details }: DomainError, realm: string): string =>
  details.signInBy === 'token' ? `Bearer realm="${realm}"` : `Basic realm="${realm}", charset="UTF-8"`;

/** A strong ETag: the digest of a body. */
export const etagOf = (body: string | Buffer): string => `"${hash('md5', body)}"`;

/**
 * Whether the client has the body already: `If-None-Match` is a list of tags, weak or strong, or `*`. As in hawkBit
 * its `Cache-Control` doesn't matter.
 */
export function isMatch({ headers }: IncomingMessage, etag: string): boolean {
  const tags = headers['if-none-match'];
  if (tags === undefined || tags === etag) return tags === etag;
  return tags.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}

/** An address as a device's: `http://` and the IP. */
export const addressUrl = (ip: string): string => `http://${ip.includes(':') ? `[${ip}]` : ip}`;

/** What no server of this kind takes: hawkBit's refuses it before it looks at the request. */
const FORBIDDEN_IN_PATH = /%2f|%5c|%00|\/\/|\\/i;
const FORBIDDEN_IN_QUERY = /["<>\\^`{|}]|%00/;

/** Whether a request line is too strange to be looked at: such a one is answered 400. */
export function isMalformedUrl(url: string): boolean {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (query >= 0 && FORBIDDEN_IN_QUERY.test(url.slice(query))) return true;
  return FORBIDDEN_IN_PATH.test(path) || decodeSegment(url) === undefined;
}

/** Undoes percent-encoding; undefined where it is none. */
export function decodeSegment(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
