import type { IncomingMessage } from 'node:http';
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
  // RFC 8951 makes it needless; what it may say is what the body is anyway.
  const encoding = String(headers['content-transfer-encoding'] ?? 'base64').trim();
  if (encoding.toLowerCase() !== 'base64')
    throw new UnreadBody(415, 'The content transfer encoding must be base64, or left out');
  const text = (await readBody(request, BODY_LIMIT)).toString('latin1').replace(/[ \t\r\n]+/g, '');
  if (!text || text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new UnreadBody(400, 'The body must be the DER of a PKCS#10 request, in Base64');
  return Buffer.from(text, 'base64');
}

/** Who asks, as handshake and headers say. */
export const callerOf = (request: IncomingMessage, proxies: Pick<Proxies, 'addressOf'>): EstCaller => ({
  basic: basicOf(request.headers.authorization ?? ''),
  clientCertificate: clientCertificateOf(request),
  address: addressUrl(proxies.addressOf(request)),
  requestId: requestIdOf(request),
});

function basicOf(authorization: string): EstCaller['basic'] {
  const [, credentials = ''] = /^basic +(.*)$/i.exec(authorization) ?? [];
  const given = readBasic(credentials);
  return given && { username: given.name, password: given.password };
}
