import { setTimeout as pause } from 'node:timers/promises';
import { generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openIssuer, type TokenCheck } from '../../../src/services/access/issuer.ts';
import { startIssuer, type TestIssuer, unsigned } from '../../support/issuer.ts';

const REREAD_MS = 200;
const RETRY_MS = 200;
/** A timer may go off a little early by the clock that is read. */
const TIMER_MS = 20;
const SKEW = 5;
const refused = { code: 'UNAUTHENTICATED' };
const unavailable = { code: 'SIGN_IN_UNAVAILABLE' };

let issuer: TestIssuer;
let check: TokenCheck;
const onError = vi.fn();
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());
beforeEach(() => {
  check = open();
});
afterEach(() => {
  issuer.behaviour = 'right';
  onError.mockClear();
});

function open(url = issuer.url, rereadMs = REREAD_MS): TokenCheck {
  const times = { rereadMs, retryMs: RETRY_MS };
  return openIssuer({
    issuer: url,
    audience: 'muster',
    clockSkew: SKEW,
    clock: () => new Date(),
    onError,
    ...times,
  });
}
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('a token', () => {
  it('of the issuer, for this service, gives its claims', async () => {
    expect(await check(await issuer.token({ sub: 'ann', roles: ['READ_TARGET'] }))).toMatchObject({
      iss: issuer.url,
      sub: 'ann',
      roles: ['READ_TARGET'],
    });
    expect(await check(await issuer.token({ aud: ['other', 'muster'] }))).toBeDefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://other.example' }],
    ['of an issuer spelled otherwise', { iss: 'http://LOCALHOST' }],
    ['without an issuer', { iss: undefined }],
    ['for another service', { aud: 'other' }],
    ['for a service of a longer name', { aud: 'muster2' }],
    ['for nobody', { aud: undefined }],
    ['without an end', { exp: undefined }],
    ['with an end that is no time', { exp: 'never' }],
    ['expired', { exp: inSeconds(-SKEW - 2) }],
    ['not yet valid', { nbf: inSeconds(SKEW + 10) }],
  ])('%s is refused', async (_, claims) => {
    await expect(check(await issuer.token(claims))).rejects.toMatchObject(refused);
  });

  it('may be off by what clocks may differ', async () => {
    expect(await check(await issuer.token({ exp: inSeconds(-SKEW + 3) }))).toBeDefined();
    expect(await check(await issuer.token({ nbf: inSeconds(SKEW - 2) }))).toBeDefined();
  });

  it('with a changed payload, or another signature, is refused', async () => {
    const [header, , signature] = (await issuer.token({ sub: 'ann' })).split('.');
    const [, payload] = (await issuer.token({ sub: 'root' })).split('.');
    await expect(check(`${header}.${payload}.${signature}`)).rejects.toMatchObject(refused);
    const { privateKey: key } = await generateKeyPair('RS256');
    await expect(check(await issuer.token({}, { key }))).rejects.toMatchObject(refused);
  });

  it('signed by nobody is refused', async () => {
    const claims = { iss: issuer.url, aud: 'muster', exp: inSeconds(60) };
    const [header, payload] = (await issuer.token()).split('.');
    for (const token of [unsigned(claims), unsigned(claims).replace(/\.$/, '.AAAA'), `${header}.${payload}.`])
      await expect(check(token)).rejects.toMatchObject(refused);
  });

  it.each(['HS256', 'HS384', 'HS512'])(
    'signed by %s with what everybody knows, the public key, is refused',
    async (alg) => {
      const key = new TextEncoder().encode(JSON.stringify(issuer.publicKey()));
      await expect(check(await issuer.token({}, { alg, key }))).rejects.toMatchObject(refused);
    },
  );

  it.each(['', '.', '..', 'x.y.z', 'abc', 'e30.e30.AAAA', 'a.b.c.d.e', '\u{1F511}'])(
    'is not %j',
    async (token) => {
      await expect(check(token)).rejects.toMatchObject(refused);
    },
  );
});

describe('the keys', () => {
  it('are read once', async () => {
    const before = issuer.reads;
    await Promise.all(Array.from({ length: 5 }, async () => check(await issuer.token())));
    await check(await issuer.token());
    expect(issuer.reads - before).toBe(1);
  });

  it('are read again for one that is new, and a removed one counts no more', async () => {
    const old = await issuer.token();
    await check(old);
    await issuer.rotate();
    await pause(REREAD_MS + TIMER_MS);
    expect(await check(await issuer.token())).toBeDefined();
    await expect(check(old)).rejects.toMatchObject(refused);
  });

  it('may be several', async () => {
    const old = await issuer.token();
    await issuer.rotate({ kept: true });
    for (const token of [old, await issuer.token()]) expect(await check(token)).toBeDefined();
  });

  it('are not read for every key that somebody makes up', async () => {
    const patient = open(issuer.url, 60_000);
    await patient(await issuer.token());
    const before = issuer.reads;
    for (let i = 0; i < 20; i++)
      await expect(patient(await issuer.token({}, { kid: `made-up-${i}` }))).rejects.toMatchObject(refused);
    expect(issuer.reads).toBe(before);
  });
});

describe('an issuer', () => {
  it.each(['failing', 'malformed', 'foreign'] as const)(
    'that is %s is not available, and is asked again later',
    async (behaviour) => {
      issuer.behaviour = behaviour;
      const token = await issuer.token();
      await expect(check(token)).rejects.toMatchObject(unavailable);
      issuer.behaviour = 'right';
      await expect(check(token)).rejects.toMatchObject(unavailable);
      await pause(RETRY_MS + TIMER_MS);
      expect(await check(token)).toBeDefined();
      expect(onError).toHaveBeenCalledTimes(1);
    },
  );

  it('that does not answer is waited for once, and not by everybody', async () => {
    issuer.behaviour = 'hanging';
    const token = await issuer.token();
    const before = issuer.asked;
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => check(token)));
    expect(tries.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
      Array(5).fill('SIGN_IN_UNAVAILABLE'),
    );
    expect(onError).toHaveBeenCalledTimes(1);
    await expect(check(token)).rejects.toMatchObject(unavailable);
    expect(issuer.asked - before).toBe(1);
  });

  it('whose port is closed is not available', async () => {
    const gone = await startIssuer();
    const token = await gone.token();
    await gone.close();
    await expect(open(gone.url)(token)).rejects.toMatchObject(unavailable);
  });

  it('that is gone is not needed for the keys that are known', async () => {
    const token = await issuer.token();
    await check(token);
    issuer.behaviour = 'failing';
    expect(await check(await issuer.token())).toBeDefined();
    await pause(REREAD_MS + TIMER_MS);
    await expect(check(await issuer.token({}, { kid: 'unknown' }))).rejects.toMatchObject(unavailable);
    expect(await check(token)).toBeDefined();
  });
});
