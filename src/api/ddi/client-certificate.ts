import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { commonNameOf } from '../../services/devices/certificate-authorities/certificate.ts';
import { type Chain, LONGEST_CHAIN } from '../../services/devices/certificate-authorities/verify-chain.ts';
import type { DeviceCredentials } from '../../services/devices/sign-in/credentials.ts';

type ClientCertificate = DeviceCredentials['clientCertificate'];

const met = new WeakMap<TLSSocket, ClientCertificate>();

/** What the device showed in the TLS handshake, as it came: nothing of it is checked. Read once a connection. */
export function clientCertificateOf({ socket }: IncomingMessage): ClientCertificate {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!met.has(socket)) met.set(socket, readChain(socket));
  return met.get(socket);
}

function readChain(socket: TLSSocket): ClientCertificate {
  const [own, ...others] = certificatesOf(socket);
  if (!own) return undefined;
  const chain: Chain = [own, ...others];
  return { commonName: commonNameOf(own), chain };
}

/** One more than anybody looks at tells that there are too many. */
function certificatesOf(socket: TLSSocket): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next && certificates.length <= LONGEST_CHAIN) {
    certificates.push(next);
    next = next.issuerCertificate;
  }
  return certificates;
}
