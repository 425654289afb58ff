import type { IncomingMessage } from 'node:http';
import { encode } from 'cbor-x';
import type { PollAnswer } from '../../services/devices/polling/device.ts';
import { etagOf } from '../http.ts';
import { type Accepted, negotiator } from '../media-types.ts';
import { deviceUrlOf, type PollLink, pollLinks } from '../poll-links.ts';
import type { DevicePath } from './request.ts';

const HAL = 'application/hal+json';
const JSON_TYPE = 'application/json';
const CBOR = 'application/cbor';
const choose = negotiator([HAL, JSON_TYPE, CBOR]);

/** The type to answer in; undefined where none of the server's is accepted. */
export const deviceTypeOf = ({ headers }: IncomingMessage): Accepted | undefined => choose(headers.accept);

/** The type of an error: JSON always, with what the device has named with it. */
export function errorTypeOf(request: IncomingMessage): string {
  const accepted = deviceTypeOf(request);
  return accepted?.type === JSON_TYPE ? accepted.contentType : JSON_TYPE;
}

export interface DeviceAnswer {
  body: string | Buffer;
  etag: string;
}

/** Encodes any answer but the root's, which is asked for far more often than the rest. */
export const encodeAnswer = (body: object, type: string): string | Buffer =>
  type === CBOR ? encode(withLinkLists(body)) : JSON.stringify(body);

/** The same value with each `_links` as a list. */
function withLinkLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLinkLists);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.map(([key, one]) =>
      key === '_links'
        ? ['links', Object.entries(one as object).map(([rel, link]) => ({ rel, ...link }))]
        : [key, withLinkLists(one)],
    ),
  );
}

/** The base of a device's links: all but those to files repeat the spelling of the request. */
export const deviceUrl = (baseUrl: string, { tenant, controllerId }: DevicePath): string =>
  deviceUrlOf(baseUrl, tenant, controllerId);

/** Renders what a device is to do next. CBOR has its links as a list: clients have met only that. */
export function renderRoot(
  device: PollAnswer,
  path: DevicePath,
  baseUrl: string,
  type: string,
): DeviceAnswer {
  const links = pollLinks(device, deviceUrl(baseUrl, path));
  const body = type === CBOR ? renderCbor(device, links) : renderJson(device, links);
  return { body, etag: etagOf(body) };
}

function renderJson({ sleep }: PollAnswer, links: PollLink[]): string {
  const config = `{"config":{"polling":{"sleep":"${sleep}"}}`;
  if (!links.length) return `${config}}`;
  const rendered = links.map(([rel, href]) => `"${rel}":{"href":${JSON.stringify(href)}}`);
  return `${config},"_links":{${rendered.join(',')}}}`;
}

function renderCbor({ sleep }: PollAnswer, links: PollLink[]): Buffer {
  const list = links.map(([rel, href]) => ({ rel, href }));
  return encode({ config: { polling: { sleep } }, ...(list.length && { links: list }) });
}
