import { X509Certificate } from 'node:crypto';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { certsOnly } from '../../services/devices/issuing/certs-only.ts';
import { csrAttributes } from '../../services/devices/issuing/csr-attributes.ts';
import {
  authorityCertificates,
  enrollByEst,
  findEstGroup,
  renewByEst,
} from '../../services/devices/issuing/est.ts';
import { inLines } from '../../services/devices/issuing/pem.ts';
import type { DevicePlatform } from '../../services/devices/polling/poll.ts';
import { domainErrorOf } from '../../services/shared/domain-error-of.ts';
import { errorAnswer } from '../hawkbit-errors.ts';
import { type Proxies, setProtocolHeaders } from '../http.ts';
import { notedRoutes } from '../openapi/noted.ts';
import type { RouteBook } from '../openapi/operation.ts';
import { CACERTS, CSRATTRS, SIMPLEENROLL, SIMPLEREENROLL } from './described.ts';
import { callerOf, readDer } from './request.ts';

export interface EstOptions {
  platform: DevicePlatform;
  proxies: Proxies;
  log: (error: unknown) => void;
  routes: RouteBook;
}

/** EST (RFC 7030, RFC 8951) below `/.well-known/est/{tenant}.{group}`: devices get certificates, and renew them. */
export function estRouter({ platform, proxies, log, routes }: EstOptions): express.Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use((request, response, next) => {
    setProtocolHeaders(response);
    if (proxies.isEncrypted(request)) next();
    else sendText(response, 403, 'EST is spoken over TLS only.');
  });
  const serve = notedRoutes(router, routes.under('/.well-known/est', 'est'));
  const place = (request: Request) => findEstGroup(platform, String(request.params['label']));
  const handing =
    (issue: typeof enrollByEst): RequestHandler =>
    async (request, response) => {
      const found = await place(request);
      const der = await readDer(request);
      const certificate = await issue(platform, found, callerOf(request, proxies), {
        der,
        publicUrl: proxies.publicUrl,
      });
      sendCertificates(response, [certificate]);
    };
  serve('get', '/:label/cacerts', CACERTS, async (request, response) => {
    const { certificate, above } = authorityCertificates(platform, await place(request));
    sendCertificates(response, [certificate.raw, ...above.map((pem) => new X509Certificate(pem).raw)]);
  });
  serve('get', '/:label/csrattrs', CSRATTRS, async (request, response) => {
    const { policy } = await place(request);
    sendBase64(response, 'application/csrattrs', csrAttributes(policy));
  });
  serve('post', '/:label/simpleenroll', SIMPLEENROLL, handing(enrollByEst));
  serve('post', '/:label/simplereenroll', SIMPLEREENROLL, handing(renewByEst));

  router.all(['/:label/cacerts', '/:label/csrattrs'], allowing('GET, HEAD'));
  router.all(['/:label/simpleenroll', '/:label/simplereenroll'], allowing('POST'));
  router.use((_request, response) => sendText(response, 404, 'There is no such operation of EST.'));
  router.use(answerEstErrors(log));
  return router;
}

const allowing =
  (methods: string): RequestHandler =>
  (_request, response) =>
    sendText(response.set('Allow', methods), 405, `Use ${methods}.`);

const sendCertificates = (response: Response, certificates: readonly Buffer[]) =>
  sendBase64(response, 'application/pkcs7-mime; smime-type=certs-only', certsOnly(certificates));

/** Old clients look for the encoding, which RFC 8951 leaves out; the others don't mind. */
function sendBase64(response: Response, type: string, der: Buffer): void {
  response.set({ 'Content-Type': type, 'Content-Transfer-Encoding': 'base64' }).end(`${inLines(der)}\n`);
}

const sendText = (response: Response, status: number, text: string) =>
  void response.status(status).set('Content-Type', 'text/plain; charset=utf-8').end(`${text}\n`);

/** How long a device waits that needs an approval: people don't answer sooner. */
const ASK_AGAIN_S = 60;

/** RFC 7030 wants errors in words for people. */
const answerEstErrors =
  (log: (error: unknown) => void): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    if (response.headersSent) return void response.destroy(error);
    const known = domainErrorOf(error);
    if (known?.code === 'APPROVAL_PENDING')
      return sendText(
        response.set('Retry-After', String(known.details.retryAfter ?? ASK_AGAIN_S)),
        202,
        known.message,
      );
    // Without a body: clients that answer the challenge close the answer unread, and some take that for a fault.
    if (known?.code === 'UNAUTHENTICATED')
      return void response.status(401).set('WWW-Authenticate', 'Basic realm="EST", charset="UTF-8"').end();
    if (known) {
      const { status, headers } = errorAnswer(known);
      return sendText(response.set(headers), status, known.message);
    }
    const status = Number(error?.status) || 500;
    if (status >= 500) log(error);
    sendText(response, status, status < 500 ? String(error.message) : 'Something went wrong here.');
  };
