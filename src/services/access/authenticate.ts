import { hash, randomBytes } from 'node:crypto';
import { isUnauthenticated, unauthenticated } from '../../errors.ts';
import { boundedCache } from '../shared/bounded-cache.ts';
import type { Caller, Origin, Platform } from '../shared/context.ts';
import { apiKeyScheme } from './api-key.ts';
import { looksLikeKey } from './api-keys/key.ts';
import { openFailures } from './attempts.ts';
import { basicScheme } from './basic.ts';
import { type OidcOptions, oidcScheme } from './oidc.ts';
import type { RequestLimits } from './request-limits.ts';
import type { Attempt, Scheme } from './scheme.ts';
import { sessionScheme } from './session.ts';

/** What somebody signs in by: the `Authorization` header, or the token of a session, which no header carries. */
export type Credentials = string | undefined | { session: string };

/**
 * @throws UNAUTHENTICATED for whatever isn't a right credential; SIGN_IN_THROTTLED after too many of these;
 *   SIGN_IN_UNAVAILABLE; TOO_MANY_REQUESTS.
 */
export type Authenticator = (credentials: Credentials, origin?: Origin) => Promise<Caller>;

export interface AuthenticatorOptions {
  /** Whether passwords count. */
  basicEnabled?: boolean;
  /** Whose tokens count beside API keys. */
  oidc?: OidcOptions | undefined;
  rememberedMs?: number;
  /** How much those who sign in may ask. */
  limits?: RequestLimits;
}

const NOWHERE: Origin = { channel: 'SERVER', address: null };
const REMEMBERED_MS = 30_000;
const REMEMBERED_AT_MOST = 10_000;
const PROVEN_AT_MOST = 50_000;
/** Wrong API keys, sessions and tokens of an issuer, from one network. */
const WRONG_TOKENS = { of: 'tokens', atOnce: 300, perSecond: 10 };

interface Underway extends Attempt {
  caller: Promise<Caller>;
  /** Something changed since it began: it must neither be remembered nor answer requests that come now. */
  outdated: boolean;
}

/**
 * Opens the sign-in of administrators and programs, by HTTP Basic, sessions, API keys and an issuer's tokens. A right
 * credential is remembered for a while, in keyed-hash form and never past its end, until anything of its tenant is
 * announced to have changed; that it was right once is remembered for longer, so that guesses of others don't slow it
 * down. The audit trail shows failed attempts.
 */
export function openAuthenticator(platform: Platform, options: AuthenticatorOptions = {}): Authenticator {
  const { clock, announcements, refusals } = platform;
  const { rememberedMs = REMEMBERED_MS, limits } = options;
  const key = randomBytes(32).toString('hex');
  const remembered = boundedCache<string, Caller>(REMEMBERED_AT_MOST, { ttl: rememberedMs });
  const proven = boundedCache<string, true>(PROVEN_AT_MOST);
  const underway = new Map<string, Underway>();
  const check = openSchemes(platform, options);

  announcements.subscribe({
    changed({ tenantId, controllerIds }) {
      if (controllerIds) return;
      for (const attempt of underway.values())
        if (attempt.tenantId === undefined || attempt.tenantId === tenantId) attempt.outdated = true;
      for (const [digest, caller] of [...remembered.entries()])
        if (caller.tenantId === tenantId) remembered.delete(digest);
    },
    everything() {
      for (const attempt of underway.values()) attempt.outdated = true;
      remembered.clear();
    },
  });

  const findRemembered = (digest: string): Promise<Caller> | Caller | undefined => {
    if (!announcements.trustworthy()) return undefined;
    const caller = remembered.get(digest);
    if (caller && (!caller.until || caller.until > clock())) return caller;
    const same = underway.get(digest);
    return same?.outdated ? undefined : same?.caller;
  };
  const signIn = (digest: string, credentials: Credentials, origin: Origin): Promise<Caller> => {
    const attempt = {
      outdated: false,
      address: origin.address,
      proven: proven.has(digest),
    } as Underway;
    attempt.caller = check(credentials, attempt)
      .then((caller) => {
        proven.set(digest, true);
        if (!attempt.outdated) remembered.set(digest, caller);
        return caller;
      })
      .catch((error) => {
        if (isUnauthenticated(error)) proven.delete(digest);
        if (attempt.claimed && isUnauthenticated(error))
          refusals.note({ caller: attempt.claimed, origin }, { type: 'sign-in.failed' });
        throw error;
      })
      .finally(() => {
        if (underway.get(digest) === attempt) underway.delete(digest);
      });
    underway.set(digest, attempt);
    return attempt.caller;
  };
  return async (credentials = '', origin = NOWHERE) => {
    const text = typeof credentials === 'string' ? `header ${credentials}` : `session ${credentials.session}`;
    // Nobody sees a digest, so a hash that begins with the key does for a keyed one, and takes half the time.
    const digest = hash('sha256', `${key} ${text}`, 'base64');
    limits?.countAddress(origin.address);
    const caller = await (findRemembered(digest) ?? signIn(digest, credentials, origin));
    limits?.countCaller(caller);
    return caller;
  };
}

/** Finds the way that credentials ask for. */
function openSchemes(platform: Platform, { basicEnabled = true, oidc }: AuthenticatorOptions) {
  const asked = basicEnabled ? 'password' : 'token';
  const refuse: Scheme = async () => {
    throw unauthenticated(asked);
  };
  const basic = basicEnabled ? basicScheme(platform) : refuse;
  const apiKey = apiKeyScheme(platform);
  const session = sessionScheme(platform, { password: basicEnabled, issuer: oidc !== undefined });
  const token = oidc ? oidcScheme(platform, oidc) : refuse;
  const failures = openFailures(platform.announcements, WRONG_TOKENS);
  /** Passwords have limits of their own. */
  const limited =
    (scheme: Scheme): Scheme =>
    async (credentials, attempt) => {
      if (!attempt.proven) failures.requireFew(attempt.address);
      try {
        return await scheme(credentials, attempt);
      } catch (error) {
        if (isUnauthenticated(error)) failures.count(attempt.address);
        throw error;
      }
    };
  return (given: Credentials = '', attempt: Attempt): Promise<Caller> => {
    if (typeof given !== 'string') return limited(session)(given.session, attempt);
    const [, name, credentials = ''] = /^(basic|bearer) +(\S+)$/i.exec(given) ?? [];
    const bearer = looksLikeKey(credentials) ? apiKey : token;
    const schemes: Record<string, Scheme> = { basic, bearer: limited(bearer) };
    return (schemes[name?.toLowerCase() ?? ''] ?? refuse)(credentials, attempt);
  };
}
