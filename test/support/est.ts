import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Signed } from './certificates.ts';
import { createServedTenant, graphql } from './server.ts';
import { overTls, type TlsOptions, tlsClientOf } from './tls.ts';

/* What a device does that gets certificates by EST, and what its administrator does before. */

export const SECRET_KEY = { MUSTER_SECRET_KEY: '7'.repeat(64) };
export const PKCS10 = { 'content-type': 'application/pkcs10' };
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface RequestWishes {
  algorithm?: typeof EC | webcrypto.RsaHashedKeyGenParams;
  keys?: webcrypto.CryptoKeyPair;
  names?: x509.JsonGeneralNames;
  /** Asks for the certificate of a CA. */
  isAuthority?: boolean;
  challengePassword?: string;
}

export interface DeviceRequest {
  keys: webcrypto.CryptoKeyPair;
  der: Buffer;
  /** As it is sent. */
  body: string;
}

/** A PKCS#10 request with a key of its own. */
export async function newRequest(name: string, wishes: RequestWishes = {}): Promise<DeviceRequest> {
  const { algorithm = EC, names, isAuthority, challengePassword } = wishes;
  const keys = wishes.keys ?? (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']));
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...(challengePassword !== undefined && {
      attributes: [new x509.ChallengePasswordAttribute(challengePassword)],
    }),
    extensions: [
      ...(names ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ...(isAuthority ? [new x509.BasicConstraintsExtension(true)] : []),
    ],
  });
  const der = Buffer.from(request.rawData);
  return { keys, der, body: der.toString('base64') };
}

/** The certificates of an answer. */
export const certificatesOf = (text: string): X509Certificate[] =>
  new x509.X509Certificates(Buffer.from(text, 'base64')).map(
    ({ rawData }) => new X509Certificate(Buffer.from(rawData)),
  );

const CREATE_AUTHORITY = `mutation ($input: CreateIssuingAuthorityInput!) {
  createIssuingAuthority(input: $input) {
    certificateAuthority { id certificate issuing { kind isCurrent chain revocationListPath } }
    userErrors { code message path }
  }
}`;
const CREATE_GROUP = `mutation ($input: CreateEnrollmentGroupInput!) {
  createEnrollmentGroup(input: $input) {
    enrollmentGroup { id estPath certificatePolicy { lifetimeDays renewalDays keyKinds alternativeNames } }
    token userErrors { message path }
  }
}`;

interface EstOptions {
  group?: Record<string, unknown>;
  policy?: Record<string, unknown>;
  source?: Record<string, unknown>;
}

/** A tenant whose group issues certificates. */
export async function openEst(server: { url: string }, { group = {}, policy = {}, source }: EstOptions = {}) {
  const tenant = await createServedTenant(server, tlsClientOf);
  const { admin } = tenant;
  const { createIssuingAuthority: made } = await graphql(admin, CREATE_AUTHORITY, {
    input: { name: 'Fleet CA', source: source ?? { made: {} } },
  });
  if (!made.certificateAuthority) throw new Error(JSON.stringify(made));
  const { createEnrollmentGroup: created } = await graphql(admin, CREATE_GROUP, {
    input: { name: 'factory', certificatePolicy: policy, ...group },
  });
  if (!created.enrollmentGroup) throw new Error(JSON.stringify(created));
  const { token, enrollmentGroup } = created;
  const base = server.url + enrollmentGroup.estPath;

  const post = (operation: string, options: TlsOptions) =>
    overTls(`${base}/${operation}`, {
      method: 'POST',
      ...options,
      headers: { ...PKCS10, ...options.headers },
    });
  const basic = (username: string, password = token) => ({
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  });
  /** What the device then has, as it is shown in handshakes. */
  const held = async ({ text }: { text: string }, { keys }: DeviceRequest) => {
    const [certificate] = certificatesOf(text);
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      cert: `${certificate!.toString()}`,
      key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
      serial: certificate!.serialNumber,
    } as Signed;
  };
  return {
    ...tenant,
    url: server.url,
    base,
    token,
    authority: made.certificateAuthority as {
      id: string;
      certificate: string;
      issuing: { revocationListPath: string };
    },
    group: enrollmentGroup,
    get: (operation: string) => overTls(`${base}/${operation}`),
    post,
    basic,
    held,
    enroll: (name: string, { body }: { body: string }) =>
      post('simpleenroll', { headers: basic(name), body }),
    renew: (show: Signed, { body }: { body: string }) => post('simplereenroll', { show: [show], body }),
    /** Enrolls a device. */
    async enrolled(name: string) {
      const request = await newRequest(name);
      const answer = await post('simpleenroll', { headers: basic(name), body: request.body });
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
      return { request, shown: await held(answer, request) };
    },
    poll: (name: string, show: Signed) =>
      overTls(`${server.url}/${tenant.name}/controller/v1/${name}`, { show: [show] }),
    target: async (name: string) =>
      (
        await graphql(
          admin,
          `query ($name: String!) { targetByControllerId(controllerId: $name) {
            controllerId enrollmentGroup { name }
            certificate { id serialNumber expiresAt }
            certificates { id serialNumber notBefore expiresAt issuedAt certificate chain revokedAt revokedBy revocationReason }
          } }`,
          { name },
        )
      ).targetByControllerId,
  };
}
