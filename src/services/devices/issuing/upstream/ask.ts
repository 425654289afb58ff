import type { KeyObject, X509Certificate } from 'node:crypto';
import { approvalPendingUpstream, invalid, issuingUnavailable, malformed } from '../../../../errors.ts';
import { readTaken, type Tried } from '../../../platform/outgoing/guard.ts';
import type { Outcome, Outgoing } from '../../../platform/outgoing/request.ts';
import type { ReceiverKey } from '../../../platform/outgoing/slots.ts';
import type { ActorContext, Platform } from '../../../shared/context.ts';
import { cutText, storableText } from '../../../shared/text.ts';
import { factsOf } from '../../certificate-authorities/certificate.ts';
import { canonicalSerial } from '../../certificate-authorities/input.ts';
import { readCertsOnly } from '../certs-only.ts';
import { type AuthorityChain, faultOfMember } from '../input.ts';
import { keyKindOf } from '../keys.ts';
import type { SignedCertificate } from '../sign.ts';
import { type Asked, faultOfSigned } from './check.ts';
import type { Upstream } from './input.ts';

/** A device waits for so long, and its connection with it. */
const PATIENCE_MS = 10_000;
/** In bytes. A certificate has a tenth of it. */
const LONGEST_ANSWER = 65_536;
const LONGEST_REASON = 256;

/**
 * Asks an EST server for the certificates of its authority.
 * @throws INVALID_INPUT, with `path`, where it doesn't tell
 */
export async function fetchAuthority(
  { exchanges, clock }: Pick<Platform, 'exchanges' | 'clock'>,
  key: ReceiverKey,
  upstream: Upstream,
  path: readonly string[],
): Promise<AuthorityChain> {
  const outgoing = { ...base(upstream), url: `${upstream.server.url}/cacerts`, headers: {} };
  const called = await exchanges.exchange(
    key,
    outgoing,
    (outcome) => readTaken(outcome, LONGEST_ANSWER, (text) => chainOf(certificatesIn(text), clock())),
    { evenResting: true },
  );
  if (called.kind === 'answered') return called.value;
  const reason = called.kind === 'failed' ? called.reason : 'too many requests to it are under way';
  throw invalid(`${path.join('.')}: the server does not tell its authority: ${reason}`, [...path]);
}

/** A device, as upstream is asked for it. */
interface Wish extends Asked {
  request: { der: Buffer; publicKey: KeyObject };
}

/** What upstream says to a request for a certificate. */
type Said =
  | { kind: 'signed'; certificate: X509Certificate }
  | { kind: 'later'; retryAfter: string | undefined }
  /** `isDevices`: what the device asks for is refused, and not Muster. */
  | { kind: 'refused'; reason: string; isDevices: boolean };

/**
 * Has an EST server sign the request of a device, as it came.
 * @throws APPROVAL_PENDING where it wants more time; INVALID_INPUT where it refuses the request; UNAVAILABLE where it
 *   doesn't answer, or with something else than was asked for
 */
export async function askForCertificate(
  device: ActorContext,
  { id, name }: { id: number; name: string },
  upstream: Upstream,
  wish: Wish,
): Promise<SignedCertificate> {
  const key = { tenantId: device.caller.tenantId, id };
  const called = await device.exchanges.exchange(key, enrolling(upstream, wish), (outcome) =>
    readSaid(outcome, wish),
  );
  const note = (reason: string) =>
    device.refusals.note(device, {
      type: 'certificate-authority.failed',
      subject: name,
      changes: { reason: { new: cutText(storableText(reason), LONGEST_REASON) } },
    });
  if (called.kind === 'busy') throw issuingUnavailable(BUSY, spread(2));
  if (called.kind === 'resting') throw issuingUnavailable(DOWN, spread(called.ms / 1_000));
  if (called.kind === 'failed') {
    note(called.reason);
    throw issuingUnavailable(DOWN, spread(30));
  }
  const said = called.value;
  if (said.kind === 'later') throw approvalPendingUpstream(secondsOf(said.retryAfter, device.clock()));
  if (said.kind === 'refused') {
    note(said.reason);
    if (said.isDevices) throw invalid('request: the authority that signs refuses it', ['request']);
    throw issuingUnavailable(DOWN, spread(300));
  }
  const { raw: der, serialNumber } = said.certificate;
  const { notBefore, notAfter } = factsOf(said.certificate);
  return { der, serial: canonicalSerial(serialNumber), notBefore, notAfter };
}

const BUSY = 'As many certificates are asked for as can be now.';
const DOWN = 'The authority that signs cannot be asked now.';

/** In seconds, up to twice as many, so that devices don't come back together. */
const spread = (seconds: number) => Math.ceil(seconds * (1 + Math.random()));

const base = ({ server, secrets }: Upstream): Pick<Outgoing, 'tls' | 'answerBytes' | 'patienceMs'> => ({
  answerBytes: LONGEST_ANSWER,
  patienceMs: PATIENCE_MS,
  tls: {
    ...(server.trustAnchors !== null && { ca: server.trustAnchors }),
    ...(server.certificate !== null && { cert: server.certificate, key: secrets.privateKey! }),
  },
});

function enrolling(upstream: Upstream, { controllerId, request }: Wish): Outgoing {
  const { url, username } = upstream.server;
  const name = username?.replaceAll('{controllerId}', () => controllerId);
  const basic = Buffer.from(`${name}:${upstream.secrets.password}`).toString('base64');
  return {
    ...base(upstream),
    url: `${url}/simpleenroll`,
    body: request.der.toString('base64'),
    headers: {
      'content-type': 'application/pkcs10',
      'content-transfer-encoding': 'base64',
      ...(name !== undefined && { authorization: `Basic ${basic}` }),
    },
  };
}

/** What it says about a request; one that it doesn't like says nothing against it. */
const REFUSALS = [400, 409, 413, 415, 422];
const NOT_FAILING = [401, 403, 404, 405, 406];

function readSaid(outcome: Outcome, wish: Wish): Tried<Said> | Promise<Tried<Said>> {
  const { status, text = '', error, retryAfter } = outcome;
  const refused = (isDevices: boolean): Tried<Said> => ({
    kind: 'answered',
    value: { kind: 'refused', isDevices, reason: `${error}: ${text.trim()}` },
  });
  if (REFUSALS.includes(status ?? 0)) return refused(true);
  if (NOT_FAILING.includes(status ?? 0)) return refused(false);
  if (status === 202) return { kind: 'answered', value: { kind: 'later', retryAfter } };
  return readTaken(outcome, LONGEST_ANSWER, (body) => ({
    kind: 'signed',
    certificate: signedIn(body, wish),
  }));
}

/** @throws MALFORMED_INPUT */
function signedIn(text: string, wish: Wish): X509Certificate {
  const certificate = certificatesIn(text).find((one) => isOf(one, wish.request.publicKey));
  if (!certificate) throw malformed('its answer has no certificate of the key in the request');
  const fault = faultOfSigned(certificate, wish);
  if (fault) throw malformed(`its certificate ${fault}`);
  return certificate;
}

function isOf(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.publicKey.equals(key);
  } catch {
    // Of a kind that nobody knows here.
    return false;
  }
}

/** @throws MALFORMED_INPUT */
function certificatesIn(text: string): X509Certificate[] {
  const found = readCertsOnly(Buffer.from(text, 'base64'));
  if (!found) throw malformed('its answer is no PKCS#7 with certificates');
  return found;
}

/**
 * The certificate that signs, of those that an authority tells, and those above it: the one that has signed the fewest of
 * them, and of these the newest, as authorities that change their key tell the old ones, too.
 * @throws MALFORMED_INPUT
 */
function chainOf(certificates: readonly X509Certificate[], now: Date): AuthorityChain {
  // Others would take long to check signatures by.
  const good = certificates.filter((one) => !faultOfMember(one, now) && keyKindOf(one.publicKey));
  const isBelow = (issuer: X509Certificate) => (one: X509Certificate) =>
    one !== issuer && one.checkIssued(issuer) && one.verify(issuer.publicKey);
  const signs = (one: X509Certificate) => good.filter(isBelow(one)).length;
  const [certificate] = [...good].sort(
    (a, b) => signs(a) - signs(b) || factsOf(b).notBefore.getTime() - factsOf(a).notBefore.getTime(),
  );
  if (!certificate) throw malformed('its answer has no certificate that may sign those of devices');
  const chain = [certificate];
  for (let next = aboveOf(chain, good); next; next = aboveOf(chain, good)) chain.push(next);
  return { certificate, above: chain.slice(1) };
}

const aboveOf = (chain: readonly X509Certificate[], others: readonly X509Certificate[]) => {
  const last = chain.at(-1)!;
  return others.find(
    (other) => !chain.includes(other) && last.checkIssued(other) && last.verify(other.publicKey),
  );
};

const LONGEST_WAIT_S = 86_400;

/** `Retry-After` in seconds: it may be a time of day, too. */
function secondsOf(retryAfter: string | undefined, now: Date): number {
  const seconds = /^\d+$/.test(retryAfter ?? '')
    ? Number(retryAfter)
    : (Date.parse(retryAfter ?? '') - now.getTime()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_WAIT_S) : 60;
}
