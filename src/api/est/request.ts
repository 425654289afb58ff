import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { readBasic } from '../../services/access/basic.ts';
import type { EstCaller } from '../../services/devices/issuing/est.ts';
import { readBody, UnreadBody } from '../body.ts';
import { clientCertificateOf } from '../ddi/client-certificate.ts';
import { addressUrl, type Proxies } from '../http.ts';
import { requestIdOf } from '../requests.ts';

/** A request with a key of RSA of 4096 bits and twenty names has a quarter of it. */
const BODY_LIMIT = 16_384;
const PKCS10 = 'application/pkcs10';

/** Reads the PKCS#10 request of a body, in DER. @throws UnreadBody */
export async function readDer(request: IncomingMessage): Promise<Buffer> {
  const { headers } = request;
  const type = String(headers['content-type'] ?? '').split(';', 1)[0]!;
  if (type.trim().toLowerCase() !== PKCS10) throw new UnreadBody(415, `The content type must be ${PKCS10}`);
  // It is Base64 whatever a Content-Transfer-Encoding says: RFC 8951 wants that to be ignored.
  const text = (await readBody(request, BODY_LIMIT)).toString('latin1').replace(/[ \t\r\n]+/g, '');
  if (!text || text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new UnreadBody(400, 'The body must be the DER of a PKCS#10 request, in Base64');
  return Buffer.from(text, 'base64');
}

/** Who asks, as handshake and headers say. */
export const callerOf = (request: IncomingMessage, proxies: Pick<Proxies, 'addressOf'>): EstCaller => ({
  basic: basicOf(request.headers.authorization ?? ''),
  clientCertificate: clientCertificateOf(request),
  connection: connectionOf(request),
  address: addressUrl(proxies.addressOf(request)),
  requestId: requestIdOf(request),
});

/** The client's first message in the handshake that is of that handshake only: no session is resumed. */
const connectionOf = ({ socket }: IncomingMessage): string | undefined =>
  socket instanceof TLSSocket ? socket.getPeerFinished()?.toString('base64') : undefined;

/** A controllerId may have colons, as one of a MAC address has; tokens that are made here have none. */
function basicOf(authorization: string): EstCaller['basic'] {
  const [, credentials = ''] = /^basic +(.*)$/i.exec(authorization) ?? [];
  const given = readBasic(credentials);
  if (!given) return undefined;
  const text = `${given.name}:${given.password}`;
  const end = text.lastIndexOf(':');
  return { username: text.slice(0, end), password: text.slice(end + 1) };
}
