import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { certify, newAuthority, type Signed, type Wishes } from './certificates.ts';

/* An EST server that is no Muster, and answers as a test wants. */

export interface EstAsked {
  path: string;
  headers: IncomingMessage['headers'];
  /** The subject of the certificate that was shown. */
  shown: string | undefined;
  body: string;
}

export interface EstSays {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** It never answers. */
  isSilent?: boolean;
}

export const alternativeName = (value: string) =>
  new x509.SubjectAlternativeNameExtension([{ type: 'dns', value }]);

export const certsOnlyOf = (...certificates: readonly Signed[]) =>
  Buffer.from(
    new x509.X509Certificates(certificates.map(({ certificate }) => certificate)).export('raw'),
  ).toString('base64');

/** Signs what a request asks for, as a server does that checks nothing. */
export async function signRequest(body: string, by: Signed, wishes: Wishes = {}): Promise<Signed> {
  const request = new x509.Pkcs10CertificateRequest(Buffer.from(body, 'base64'));
  const publicKey = await request.publicKey.export();
  return certify('x', {
    ...{ by, subject: request.subject, keys: { ...by.keys, publicKey } },
    ...wishes,
  });
}

export type EstServer = Awaited<ReturnType<typeof startEstServer>>;

export async function startEstServer() {
  const authority = await newAuthority('Upstream');
  const tls = await certify('localhost', { subject: 'CN=localhost' });
  const asked: EstAsked[] = [];
  const usual = async ({ path, body }: EstAsked): Promise<EstSays> =>
    path.endsWith('/cacerts')
      ? { body: certsOnlyOf(authority) }
      : { body: certsOnlyOf(await signRequest(body, authority)) };
  let say: (question: EstAsked) => EstSays | Promise<EstSays> = usual;

  const server = createServer(
    { cert: tls.cert, key: tls.key, requestCert: true, rejectUnauthorized: false },
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      const question = { path: request.url!, headers: request.headers, shown: subject?.CN as string, body };
      asked.push(question);
      const said = await say(question);
      if (!said.isSilent) response.writeHead(said.status ?? 200, said.headers).end(said.body);
    },
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    authority,
    asked,
    /** Of requests for certificates only. */
    enrolls: () => asked.filter(({ path }) => path.endsWith('/simpleenroll')),
    says(next?: typeof say) {
      say = next ?? usual;
    },
    usual,
    /** As it is given to an issuing authority. */
    upstream: {
      url: `https://localhost:${port}/.well-known/est`,
      trustAnchors: tls.cert,
      username: 'muster',
      password: 'secret',
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
