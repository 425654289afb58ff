import type { IncomingMessage } from 'node:http';
import { encode } from 'cbor-x';
import Negotiator from 'negotiator';
import type { PollAnswer } from '../../services/devices/device-cache.ts';
import { etagOf } from '../http.ts';
import type { DevicePath } from './request.ts';

const HAL = 'application/hal+json';
const JSON_TYPE = 'application/json';
const CBOR = 'application/cbor';
const DEVICE_TYPES = [HAL, JSON_TYPE, CBOR];

/** Devices of one make send the same `Accept`: few are ever met, and a poll doesn't parse what it knows. */
const negotiated = new Map<string, string | undefined>();
const REMEMBERED = 1_000;

/** The type to answer in; undefined where none of the server's is accepted. */
export function deviceTypeOf(request: IncomingMessage): string | undefined {
  const { accept = '*/*' } = request.headers;
  if (negotiated.has(accept)) return negotiated.get(accept);
  const type = new Negotiator(request).mediaType(DEVICE_TYPES);
  if (negotiated.size < REMEMBERED && accept.length < 256) negotiated.set(accept, type);
  return type;
}

export interface DeviceAnswer {
  body: string | Buffer;
  etag: string;
}

/** Renders what a device is to do next. CBOR has its links as a list: clients have met only that. */
export function renderRoot(
  device: PollAnswer,
  path: DevicePath,
  baseUrl: string,
  type: string,
): DeviceAnswer {
  const href = device.requestAttributes
    ? `${baseUrl}/${path.tenant}/controller/v1/${encodeURIComponent(path.controllerId)}/configData`
    : undefined;
  const body = type === CBOR ? renderCbor(device, href) : renderJson(device, href);
  return { body, etag: etagOf(body) };
}

function renderJson({ sleep }: PollAnswer, href: string | undefined): string {
  const config = `{"config":{"polling":{"sleep":"${sleep}"}}`;
  return href ? `${config},"_links":{"configData":{"href":${JSON.stringify(href)}}}}` : `${config}}`;
}

function renderCbor({ sleep }: PollAnswer, href: string | undefined): Buffer {
  return encode({ config: { polling: { sleep } }, ...(href && { links: [{ rel: 'configData', href }] }) });
}
