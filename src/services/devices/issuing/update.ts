import { X509Certificate } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { issuingAuthorities } from '../../../database/tables/issuing-authorities.ts';
import { certificateAuthorityNotFound, invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  CERTIFICATE_AUTHORITY_COLUMNS,
  type CertificateAuthority,
  certificateAuthorityWithId,
} from '../certificate-authorities/find.ts';
import { factsToStore } from '../certificate-authorities/insert.ts';
import { isIssuingOf } from '../certificate-authorities/trusted.ts';
import { requireSecretKey, storedOf } from './create.ts';
import { fetchAuthority } from './upstream/ask.ts';
import { readUpstream, UpstreamInput } from './upstream/input.ts';

const UpdateIssuingAuthority = z.object({ id: z.number(), upstream: UpstreamInput });
export type UpdateIssuingAuthority = z.input<typeof UpdateIssuingAuthority>;

/**
 * Tells an authority whose certificates an EST server signs where that is, and with what Muster signs in there, all of it
 * anew, and asks it again for the certificates above. Needs UPDATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.
 * @throws CERTIFICATE_AUTHORITY_NOT_FOUND, also where it signs here; INVALID_INPUT, also where the server has
 *   another key, or secrets aren't encrypted
 */
export async function updateIssuingAuthority(
  context: Context,
  input: UpdateIssuingAuthority,
): Promise<CertificateAuthority> {
  const { tenantId } = requirePermission(
    context,
    'UPDATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const { id, upstream: given } = parse(UpdateIssuingAuthority, input);
  requireSecretKey(context, ['upstream']);
  const before = await findUpstream(context, id);
  const allowPrivate = context.systemDefaults.privateWebhooks;
  const upstream = readUpstream(given, { allowPrivate, now: context.clock(), path: ['upstream'] });
  const path = ['upstream', 'url'];
  const { certificate, above } = await fetchAuthority(context, { tenantId, id }, upstream, path);
  // A new certificate of the same key leaves those good that devices have.
  if (
    !certificate.publicKey.equals(before.certificate.publicKey) ||
    certificate.subject !== before.certificate.subject
  )
    throw invalid(
      `${path.join('.')}: the server signs by another key or name now: create an issuing authority for it`,
      path,
    );

  return change(context, async (tx, changes) => {
    const { upstream: server, secret } = storedOf(upstream);
    const [after] = await tx
      .update(certificateAuthorities)
      .set({ ...factsToStore(certificate), ...modificationStamp(context) })
      .where(certificateAuthorityWithId(tenantId, id))
      .returning(CERTIFICATE_AUTHORITY_COLUMNS);
    if (!after) throw certificateAuthorityNotFound(String(id));
    await tx
      .update(issuingAuthorities)
      .set({ upstream: server, secret: context.secrets.seal(secret), chain: above.map(String) })
      .where(and(eq(issuingAuthorities.tenantId, tenantId), eq(issuingAuthorities.authorityId, id)));
    changes.record({
      type: 'certificate-authority.updated',
      subjects: [after.name],
      changes: { url: { old: before.url, new: server.url }, secret: {} },
    });
    changes.settings();
    return after;
  });
}

/** @throws CERTIFICATE_AUTHORITY_NOT_FOUND */
async function findUpstream({ database, caller: { tenantId } }: Context, id: number) {
  const [found] = await database
    .select({ certificate: certificateAuthorities.certificate, upstream: issuingAuthorities.upstream })
    .from(certificateAuthorities)
    .innerJoin(issuingAuthorities, isIssuingOf)
    .where(certificateAuthorityWithId(tenantId, id));
  if (!found?.upstream) throw certificateAuthorityNotFound(String(id));
  return { certificate: new X509Certificate(found.certificate), url: found.upstream.url };
}
