import { generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import type { z } from 'zod';
import {
  type IssuingKind,
  issuingAuthorities,
  type UpstreamServer,
} from '../../../database/tables/issuing-authorities.ts';
import { invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { CertificateAuthority } from '../certificate-authorities/find.ts';
import { insertAuthority } from '../certificate-authorities/insert.ts';
import { type AuthorityChain, CreateIssuingAuthority, readChain, readSigningKey } from './input.ts';
import { signAuthority } from './sign.ts';
import { fetchAuthority } from './upstream/ask.ts';
import { readUpstream, type Upstream } from './upstream/input.ts';

const DAY_MS = 86_400_000;
/** No authority has this id. */
const NOT_STORED_YET = 0;
const newKeyPair = promisify(generateKeyPair);

/** An authority, and what it signs with. */
interface Equipped extends AuthorityChain {
  kind: IssuingKind;
  /** Not sealed yet. */
  secret: string;
  upstream?: UpstreamServer;
}

/**
 * Gives the tenant an authority that signs certificates of devices from now on: a new one, one that is brought along
 * with its key, or that of an EST server, which is asked for its certificates. Certificates of those before it stay good. Needs CREATE_TENANT_CONFIGURATION and
 * READ_GATEWAY_SECURITY_TOKEN, as for any authority of devices.
 * @throws CERTIFICATE_AUTHORITY_ALREADY_EXISTS, QUOTA_EXCEEDED; INVALID_INPUT, also where secrets aren't encrypted
 */
export async function createIssuingAuthority(
  context: Context,
  input: CreateIssuingAuthority,
): Promise<CertificateAuthority> {
  const { tenantId } = requirePermission(
    context,
    'CREATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const { name, source } = parse(CreateIssuingAuthority, input);
  requireSecretKey(context, ['source']);
  const now = context.clock();
  const { kind, certificate, above, secret, upstream } = await equip(context, name, source, now);

  return change(context, async (tx, changes) => {
    const authority = await insertAuthority(tx, context, changes, {
      name,
      certificate,
      bootstrapOnly: false,
    });
    await tx.insert(issuingAuthorities).values({
      tenantId,
      authorityId: authority.id,
      kind,
      secret: context.secrets.seal(secret),
      upstream: upstream ?? null,
      chain: above.map(String),
      crlNumber: 1,
    });
    return authority;
  });
}

/** @throws INVALID_INPUT where secrets aren't encrypted */
export function requireSecretKey({ secrets }: Context, path: string[]): void {
  if (secrets.keyId === undefined)
    throw invalid(
      `${path.join('.')}: the key of an authority is stored encrypted only, and MUSTER_SECRET_KEY is not set`,
      path,
    );
}

async function equip(
  context: Context,
  name: string,
  source: z.output<typeof CreateIssuingAuthority>['source'],
  now: Date,
): Promise<Equipped> {
  if ('made' in source) return make(name, source.made, now);
  if ('intermediate' in source) return bring(source.intermediate, now);
  const path = ['source', 'upstream'];
  const allowPrivate = context.systemDefaults.privateWebhooks;
  const upstream = readUpstream(source.upstream, { allowPrivate, now, path });
  const key = { tenantId: context.caller.tenantId, id: NOT_STORED_YET };
  const chain = await fetchAuthority(context, key, upstream, [...path, 'url']);
  return { kind: 'upstream', ...chain, ...storedOf(upstream) };
}

/** What is stored of an upstream server. */
export const storedOf = ({ server, secrets }: Upstream) => ({
  upstream: server,
  secret: JSON.stringify(secrets),
});

const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();

async function make(
  commonName: string,
  { lifetimeDays }: { lifetimeDays: number },
  now: Date,
): Promise<Equipped> {
  const { privateKey } = await newKeyPair('ec', { namedCurve: 'P-256' });
  const notAfter = new Date(now.getTime() + lifetimeDays * DAY_MS);
  const { der } = await signAuthority(privateKey, { commonName, now, notAfter });
  return { kind: 'made', certificate: new X509Certificate(der), above: [], secret: pemOf(privateKey) };
}

function bring(
  { certificates, privateKey }: { certificates: string; privateKey: string },
  now: Date,
): Equipped {
  const chain = readChain(certificates, now);
  return { kind: 'intermediate', ...chain, secret: pemOf(readSigningKey(privateKey, chain.certificate)) };
}
