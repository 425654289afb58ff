import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { startIssuer, type TestIssuer } from './issuer.ts';

/** An issuer where people sign in with a browser. It asks nobody for a password. */
export interface TestProvider extends TestIssuer {
  /** Who signs in: the claims of the ID token, of the access token, and of the userinfo. */
  person: { identity: object; access?: object; userinfo?: object };
  /** What it does wrong, or that it refuses the person. */
  fault?: 'nonce' | 'audience' | 'denied' | 'no-token' | 'signature' | undefined;
  /** The secret that the client must show; undefined for a public client. */
  secret?: string;
  /** Where it sent browsers after they had signed out. */
  signedOut: string[];
}

interface Asked {
  nonce: string;
  challenge: string;
  redirectUri: string;
}

const textOf = async (request: IncomingMessage) => {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
};

export async function startProvider(clientId: string): Promise<TestProvider> {
  const issuer = (await startIssuer()) as TestProvider;
  const codes = new Map<string, Asked>();
  issuer.person = { identity: { sub: 's-1' } };
  issuer.signedOut = [];
  const { url } = issuer;
  issuer.metadata = {
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/userinfo`,
    end_session_endpoint: `${url}/end`,
  };

  const tokensFor = async (form: URLSearchParams, authorization: string | undefined) => {
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const { secret, fault, person } = issuer;
    // Each part is encoded, as RFC 6749 says in section 2.3.1.
    const [, given = ''] = /^Basic (.*)$/.exec(authorization ?? '') ?? [];
    const shown = decodeURIComponent(Buffer.from(given, 'base64').toString());
    if (!asked || asked.challenge !== challenge || form.get('redirect_uri') !== asked.redirectUri)
      return undefined;
    if ((secret && shown !== `${clientId}:${secret}`) || fault === 'no-token') return undefined;
    const identity = { aud: clientId, nonce: asked.nonce, ...person.identity };
    if (fault === 'nonce') identity.nonce = 'another';
    if (fault === 'audience') identity.aud = 'another';
    const idToken = await issuer.token(identity);
    return {
      access_token: person.access ? await issuer.token({ ...person.access }) : 'opaque',
      token_type: 'Bearer',
      id_token: fault === 'signature' ? `${idToken.slice(0, -4)}AAAA` : idToken,
    };
  };
  issuer.handle = (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url!, url);
    const go = (to: string | null, parameters: Record<string, string>) => {
      const place = new URL(to!);
      for (const [name, value] of Object.entries(parameters)) place.searchParams.set(name, value);
      response.writeHead(302, { Location: place.href }).end();
    };
    if (pathname === '/authorize') {
      const state = query.get('state')!;
      if (issuer.fault === 'denied') go(query.get('redirect_uri'), { state, error: 'access_denied' });
      else {
        const code = `code-${codes.size}-${state}`;
        const redirectUri = query.get('redirect_uri')!;
        codes.set(code, { nonce: query.get('nonce')!, challenge: query.get('code_challenge')!, redirectUri });
        go(redirectUri, { state, code });
      }
    } else if (pathname === '/token') {
      void textOf(request)
        .then((text) => tokensFor(new URLSearchParams(text), request.headers.authorization))
        .then((tokens) =>
          response.writeHead(tokens ? 200 : 400).end(JSON.stringify(tokens ?? { error: 'invalid_grant' })),
        );
    } else if (pathname === '/userinfo') {
      response.end(JSON.stringify({ ...issuer.person.identity, ...issuer.person.userinfo }));
    } else if (pathname === '/end') {
      const back = query.get('post_logout_redirect_uri')!;
      issuer.signedOut.push(back);
      go(back, {});
    } else return false;
    return true;
  };
  return issuer;
}
