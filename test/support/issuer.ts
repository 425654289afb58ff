import type { webcrypto } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

type Signing = { alg?: string; kid?: string; key?: webcrypto.CryptoKey | Uint8Array };

/** An OpenID Connect issuer of the tests' own, which can do everything wrong. */
export interface TestIssuer {
  url: string;
  /** How often its keys were read. */
  reads: number;
  /** How often it was asked for anything. */
  asked: number;
  /** What it answers instead of its metadata and keys. */
  behaviour: 'right' | 'failing' | 'hanging' | 'malformed' | 'foreign';
  /** More of its metadata. */
  metadata: Record<string, string>;
  /** Answers further paths. @returns whether it did */
  handle?(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes a new key; the old one is gone, unless it is `kept`. */
  rotate(options?: { kept?: boolean }): Promise<void>;
  /** The public key that signs now. */
  publicKey(): JWK;
  /** A token with these claims beside `iss`, `aud` (`muster`) and `exp` (in a minute); undefined ones are left out. */
  token(claims?: Record<string, unknown>, signing?: Signing): Promise<string>;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<TestIssuer> {
  let signing: { kid: string; privateKey: webcrypto.CryptoKey; jwk: JWK };
  let published: JWK[] = [];
  let made = 0;

  const issuer: TestIssuer = {
    url: '',
    reads: 0,
    asked: 0,
    behaviour: 'right',
    metadata: {},
    async rotate({ kept = false } = {}) {
      const { publicKey, privateKey } = await generateKeyPair('RS256');
      const kid = `key-${++made}`;
      signing = { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
      published = [...(kept ? published : []), signing.jwk];
    },
    publicKey: () => signing.jwk,
    token(claims = {}, { alg = 'RS256', kid = signing.kid, key = signing.privateKey } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer.url, aud: 'muster', iat: now, exp: now + 60, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    const { behaviour, url } = issuer;
    issuer.asked++;
    if (behaviour === 'hanging') return;
    if (behaviour === 'failing') return void response.writeHead(500).end();
    if (behaviour === 'malformed') return void response.end('<html>');
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      const name = behaviour === 'foreign' ? 'https://other.example' : url;
      return void response.end(JSON.stringify({ issuer: name, jwks_uri: `${url}/keys`, ...issuer.metadata }));
    }
    if (issuer.handle?.(request, response)) return;
    issuer.reads++;
    response.end(JSON.stringify({ keys: published }));
  });
  await issuer.rotate();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return issuer;
}

/** A token that is signed by nobody, as RFC 7519 has it in section 6. */
export const unsigned = (claims: JWTPayload): string =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
