import { randomBytes } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { issuedCertificates } from '../../src/database/tables/issued-certificates.ts';
import { targets } from '../../src/database/tables/targets.ts';
import { createIssuingAuthority } from '../../src/services/devices/issuing/create.ts';
import { findTarget } from '../../src/services/fleet/targets/find.ts';
import type { Exchanges } from '../../src/services/platform/outgoing/exchanges.ts';
import type { Context } from '../../src/services/shared/context.ts';
import { openSecrets } from '../../src/services/shared/secrets.ts';
import { day, newAuthority } from './certificates.ts';
import { certsOnlyOf } from './est-server.ts';

/** With secrets encrypted, as keys of authorities must be. */
export const encrypting = <C extends Context>(context: C): C => ({
  ...context,
  secrets: openSecrets(Buffer.alloc(32, 7)),
});

export const makeIssuing = (context: Context, name: string) =>
  createIssuingAuthority(encrypting(context), { name, source: { made: {} } });

/** The authority of another server, which signs. */
export const makeUpstream = (context: Context, name: string, { upstream, exchanges }: NearEst) =>
  createIssuingAuthority({ ...encrypting(context), exchanges }, { name, source: { upstream } });

export type NearEst = Awaited<ReturnType<typeof newNearEst>>;

/** An EST server of somebody else that is asked without a network: `test/api/est` asks a real one. */
export async function newNearEst() {
  const authority = await newAuthority('Upstream');
  const answer = { status: 200, error: null, text: certsOnlyOf(authority) };
  const exchanges: Exchanges = {
    exchange: async (_key, _outgoing, read) => read(answer),
    counts: new Map(),
    close() {},
  };
  const url = 'https://est.example.com/.well-known/est';
  return {
    exchanges,
    upstream: { url, trustAnchors: authority.cert, username: 'muster', password: 'secret' },
  };
}

/** Stores a certificate for a target, as if its device had got it by EST. */
export async function storeCertificate(
  context: Context,
  controllerId: string,
  authorityId: number,
  serial = `4${randomBytes(15).toString('hex').toUpperCase()}`,
) {
  const { id: targetId } = await findTarget(context, controllerId);
  const { tenantId } = context.caller;
  const expiresAt = day(30);
  const [stored] = await context.database
    .insert(issuedCertificates)
    .values({
      ...{ tenantId, targetId, authorityId, groupId: 1, serial, expiresAt },
      notBefore: day(0),
      certificate: 'in PEM',
      issuedAt: day(0),
    })
    .returning({ id: issuedCertificates.id });
  await context.database
    .update(targets)
    .set({ certificateExpiresAt: expiresAt })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, targetId)));
  return stored!.id;
}
