import * as openId from 'openid-client';
import { isUnauthenticated, signInUnavailable, unauthenticated } from '../../errors.ts';
import type { Origin, Platform } from '../shared/context.ts';
import { openIssuer } from './issuer.ts';
import { callerOfClaims, claimAt, type OidcOptions } from './oidc.ts';
import { beginSessionByIssuer } from './sessions/begin.ts';

export interface IssuerSignInOptions extends OidcOptions {
  clientId: string;
  /** A client without one proves by PKCE alone that it is the same. */
  clientSecret?: string | undefined;
  scope: string;
}

/** What a browser keeps while its user is at the issuer. */
export interface Visit {
  state: string;
  nonce: string;
  verifier: string;
}

/** Sign-in of people at an OpenID Connect issuer: the authorization code flow with PKCE. */
export interface IssuerSignIn {
  /** Where the browser is to go. @throws SIGN_IN_UNAVAILABLE */
  begin(redirectUri: string): Promise<{ url: URL; visit: Visit }>;
  /**
   * Begins a session for whom the issuer names in the address that it sent the browser back to.
   * @throws UNAUTHENTICATED; SIGN_IN_UNAVAILABLE
   */
  finish(answer: URL, visit: Visit, origin: Origin): Promise<{ token: string; expiresAt: Date }>;
  /** Where the browser is to go to be signed out there, too; undefined if the issuer has no such place. */
  signOutUrl(backTo: string): Promise<URL | undefined>;
}

const TIMEOUT_S = 5;
const RETRY_MS = 5_000;
/** Sign-ins that are checked at the same time: each asks the issuer. */
const MOST_AT_ONCE = 50;

export function openIssuerSignIn(platform: Platform, options: IssuerSignInOptions): IssuerSignIn {
  const { onError } = options;
  const configured = openConfiguration(options);
  const readAccessToken = openIssuer({ ...options, clock: platform.clock });
  let underway = 0;

  const claimsOf = async (answer: URL, visit: Visit): Promise<Record<string, unknown>> => {
    const configuration = await configured();
    const tokens = await openId.authorizationCodeGrant(configuration, answer, {
      pkceCodeVerifier: visit.verifier,
      expectedState: visit.state,
      expectedNonce: visit.nonce,
      idTokenExpected: true,
    });
    const identity = tokens.claims()!;
    // An access token that the API takes says the same here as there.
    const access = await readAccessToken(tokens.access_token).catch(unlessUnauthenticated);
    if (access?.sub === identity.sub && names(access, options)) return access;
    if (names(identity, options) || !configuration.serverMetadata().userinfo_endpoint) return identity;
    const more = await openId.fetchUserInfo(configuration, tokens.access_token, identity.sub);
    return { ...more, ...identity };
  };
  return {
    async begin(redirectUri) {
      const configuration = await configured();
      const visit = {
        state: openId.randomState(),
        nonce: openId.randomNonce(),
        verifier: openId.randomPKCECodeVerifier(),
      };
      const url = openId.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: options.scope,
        state: visit.state,
        nonce: visit.nonce,
        code_challenge: await openId.calculatePKCECodeChallenge(visit.verifier),
        code_challenge_method: 'S256',
      });
      return { url, visit };
    },
    async finish(answer, visit, origin) {
      if (underway >= MOST_AT_ONCE) throw signInUnavailable();
      underway++;
      try {
        const claims = await claimsOf(answer, visit).catch((error) => {
          throw refusalOf(error, onError);
        });
        const { caller, roles } = await callerOfClaims(platform, claims, options);
        return await beginSessionByIssuer({ ...platform, caller, origin }, roles);
      } finally {
        underway--;
      }
    },
    async signOutUrl(backTo) {
      const configuration = await configured();
      if (!configuration.serverMetadata().end_session_endpoint) return undefined;
      return openId.buildEndSessionUrl(configuration, { post_logout_redirect_uri: backTo });
    },
  };
}

/** Finds the issuer when it is first needed, so that a server starts without it. */
function openConfiguration(options: IssuerSignInOptions): () => Promise<openId.Configuration> {
  const { issuer, clientId, clientSecret, clockSkew, onError, retryMs = RETRY_MS } = options;
  let found: Promise<openId.Configuration> | undefined;
  let retryAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (!found && performance.now() < retryAt) throw signInUnavailable();
    found ??= openId.discovery(
      new URL(issuer),
      clientId,
      { [openId.clockTolerance]: clockSkew },
      clientSecret === undefined ? openId.None() : openId.ClientSecretBasic(clientSecret),
      {
        timeout: TIMEOUT_S,
        execute: [
          openId.enableNonRepudiationChecks,
          ...(issuer.startsWith('http:') ? [openId.allowInsecureRequests] : []),
        ],
      },
    );
    try {
      return await found;
    } catch (error) {
      found = undefined;
      retryAt = performance.now() + retryMs;
      onError(new Error(`MUSTER_OIDC_ISSUER ${issuer} cannot be found`, { cause: error }));
      throw signInUnavailable();
    }
  };
}

/** Whether the claims say who it is and what they may do. */
const names = (claims: object, { userClaim, rolesClaim }: OidcOptions) =>
  claimAt(claims, userClaim) !== undefined && claimAt(claims, rolesClaim) !== undefined;

/** The domain error for whatever went wrong at the issuer. */
function refusalOf(error: unknown, onError: (error: unknown) => void): unknown {
  // The user said no, or was refused there: nothing went wrong.
  if (error instanceof openId.AuthorizationResponseError) return unauthenticated('token');
  if (error instanceof openId.ClientError || error instanceof openId.ResponseBodyError) {
    onError(new Error('a sign-in at MUSTER_OIDC_ISSUER failed', { cause: error }));
    const status = error instanceof openId.ResponseBodyError ? error.status : undefined;
    const isAway = error.code === 'OAUTH_TIMEOUT' || (status !== undefined && status >= 500);
    return isAway ? signInUnavailable() : unauthenticated('token');
  }
  return isUnreachable(error) ? signInUnavailable() : error;
}

/** What `fetch` throws. */
const isUnreachable = (error: unknown) => error instanceof TypeError && error.message === 'fetch failed';

function unlessUnauthenticated(error: unknown): undefined {
  if (!isUnauthenticated(error)) throw error;
}
