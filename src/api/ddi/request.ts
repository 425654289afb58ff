import type { IncomingMessage } from 'node:http';
import type { DeviceRequest } from '../../services/devices/polling/poll.ts';
import type { DeviceCredentials } from '../../services/devices/sign-in/credentials.ts';
import { addressUrl, decodeSegment, type Proxies } from '../http.ts';
import { requestIdOf } from '../requests.ts';
import { clientCertificateOf } from './client-certificate.ts';

export interface DevicePath {
  /** As the request spells it: links repeat that. */
  tenant: string;
  controllerId: string;
  /** What follows the device: `''` for its root, `/configData`, … */
  rest: string;
}

const PATH = /^\/([A-Za-z0-9_-]{1,40})\/controller\/v1\/([^/]+)(\/.*)?$/;

/** Reads `/{tenant}/controller/v1/{controllerId}…`; undefined for any other path. The query is not looked at. */
export function devicePathOf(url: string): DevicePath | undefined {
  const query = url.indexOf('?');
  const match = PATH.exec(query < 0 ? url : url.slice(0, query));
  const controllerId = match && decodeSegment(match[2]!);
  return match && controllerId ? { tenant: match[1]!, controllerId, rest: match[3] ?? '' } : undefined;
}

const TARGET = 'TargetToken ';
const GATEWAY = 'GatewayToken ';

/** Who is calling, as path, headers and handshake say. Certificate headers count only from a trusted proxy. */
export function deviceRequestOf(request: IncomingMessage, path: DevicePath, proxies: Proxies): DeviceRequest {
  return {
    tenantName: path.tenant,
    controllerId: path.controllerId,
    credentials: credentialsOf(request, proxies),
    address: addressUrl(proxies.addressOf(request)),
    requestId: requestIdOf(request),
  };
}

function credentialsOf(request: IncomingMessage, proxies: Proxies): DeviceCredentials {
  const authorization = request.headers.authorization ?? '';
  if (authorization.startsWith(TARGET)) return { targetToken: authorization.slice(TARGET.length) };
  if (authorization.startsWith(GATEWAY)) return { gatewayToken: authorization.slice(GATEWAY.length) };
  const commonName = request.headers['x-controller-id'];
  if (typeof commonName === 'string' && proxies.isTrusted(request))
    return { certificate: { commonName, authorities: authoritiesOf(request) } };
  const clientCertificate = clientCertificateOf(request);
  return clientCertificate ? { clientCertificate } : {};
}

/** `X-Authority` as a list, or `X-Authority-n`, counting from 0 or 1 without a gap. */
function authoritiesOf({ headers }: IncomingMessage): string[] {
  const hashes = String(headers['x-authority'] ?? '')
    .split(/[,;]/)
    .map((hash) => hash.trim())
    .filter(Boolean);
  const numbered = (n: number) => headers[`x-authority-${n}`];
  for (let n = numbered(0) === undefined ? 1 : 0; numbered(n) !== undefined; n++)
    hashes.push(String(numbered(n)).trim());
  return hashes;
}
