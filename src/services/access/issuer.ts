import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { signInUnavailable, unauthenticated } from '../../errors.ts';

export interface IssuerOptions {
  /** As `iss` names it; its metadata are below this address. */
  issuer: string;
  /** What `aud` must name. */
  audience: string;
  /** By how many seconds the issuer's clock may differ. */
  clockSkew: number;
  clock: () => Date;
  /** Gets why the issuer could not be asked. */
  onError: (error: unknown) => void;
  /** Until the keys are read again because a token names one that isn't among them. */
  rereadMs?: number;
  /** How long to wait after the issuer could not be asked: until then requests are refused at once. */
  retryMs?: number;
}

/** @returns a right token's claims. @throws UNAUTHENTICATED; SIGN_IN_UNAVAILABLE while the issuer can't be asked. */
export type TokenCheck = (token: string) => Promise<JWTPayload>;

/** For each of the two requests it takes to learn the keys. */
const TIMEOUT_MS = 3_000;

/** No algorithm with a shared secret: who can check such a token can also make one. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** The issuer could not be asked, which is no fault of the token. */
class Unreachable extends Error {}

/**
 * Checks the tokens of an issuer found by OpenID Connect Discovery 1.0. It is asked when the first token comes and
 * not before, so that a server starts without it.
 */
export function openIssuer(options: IssuerOptions): TokenCheck {
  const { issuer, audience, clockSkew, clock } = options;
  const keys = openKeys(options);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: clockSkew,
        currentDate: clock(),
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof Unreachable) throw signInUnavailable();
      if (error instanceof errors.JOSEError) throw unauthenticated('token');
      throw error;
    }
  };
}

type Keys = ReturnType<typeof createRemoteJWKSet>;

/** The issuer's keys: remembered for ten minutes, and read again sooner for a key that isn't among them. */
function openKeys({ issuer, onError, rereadMs = 10_000, retryMs = 5_000 }: IssuerOptions) {
  let discovery: Promise<Keys> | undefined;
  let retryAt = Number.NEGATIVE_INFINITY;

  const ask: typeof fetch = async (url, init) => {
    if (performance.now() < retryAt) throw new Unreachable();
    return fetch(url, init);
  };
  const discover = async () =>
    createRemoteJWKSet(await findKeys(issuer, ask), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: rereadMs,
      [customFetch]: ask,
    });
  return async (...token: Parameters<Keys>): ReturnType<Keys> => {
    discovery ??= discover();
    let keys: Keys | undefined;
    try {
      keys = await discovery;
      return await keys(...token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      // The keys' address may be another by now.
      if (!keys?.fresh) discovery = undefined;
      if (performance.now() >= retryAt) {
        retryAt = performance.now() + retryMs;
        onError(new Error(`the keys of MUSTER_OIDC_ISSUER ${issuer} cannot be had`, { cause: error }));
      }
      throw new Unreachable();
    }
  };
}

const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

const Metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Reads where the issuer's keys are. @throws where it doesn't say, or says it for another. */
async function findKeys(issuer: string, ask: typeof fetch): Promise<URL> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await ask(address, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
  const metadata = Metadata.parse(await response.json());
  const keys = new URL(metadata.jwks_uri);
  if (metadata.issuer !== issuer) throw new Error(`${address} is of another issuer: ${metadata.issuer}`);
  if (address.startsWith('https:') && keys.protocol !== 'https:')
    throw new Error(`${address} has its keys unprotected: ${keys.href}`);
  return keys;
}
