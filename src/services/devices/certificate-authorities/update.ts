import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { issuingAuthorities } from '../../../database/tables/issuing-authorities.ts';
import { certificateAuthorityNotFound, quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { differences, type FieldChanges } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  CERTIFICATE_AUTHORITY_COLUMNS,
  type CertificateAuthority,
  certificateAuthorityWithId,
} from './find.ts';
import { CertificateAuthorityUpdate, MOST_REVOKED } from './input.ts';

/**
 * Renames an authority, revokes serials of certificates below it, or reinstates them. A serial in both lists is
 * revoked. Needs UPDATE_TENANT_CONFIGURATION.
 * @throws CERTIFICATE_AUTHORITY_NOT_FOUND, CERTIFICATE_AUTHORITY_ALREADY_EXISTS, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function updateCertificateAuthority(
  context: Context,
  input: CertificateAuthorityUpdate,
): Promise<CertificateAuthority> {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION');
  const { id, name, revokeSerials, reinstateSerials } = parse(CertificateAuthorityUpdate, input);

  return change(context, async (tx, changes) => {
    const [before] = await tx
      .select(CERTIFICATE_AUTHORITY_COLUMNS)
      .from(certificateAuthorities)
      .where(certificateAuthorityWithId(tenantId, id))
      .for('no key update');
    if (!before) throw certificateAuthorityNotFound(String(id));
    const revoked = new Set(before.revokedSerials);
    for (const serial of reinstateSerials ?? []) revoked.delete(serial);
    for (const serial of revokeSerials ?? []) revoked.add(serial);
    if (revoked.size > MOST_REVOKED)
      throw quotaExceeded('revoked serials of an authority', MOST_REVOKED, ['revokeSerials']);
    const given = { name: name ?? before.name, revokedSerials: [...revoked].sort() };
    if (!differences(before, given, ['name', 'revokedSerials'])) return before;
    if (differences(before, given, ['revokedSerials'])) await outdateList(tx, tenantId, id);

    const [after] = await tx
      .update(certificateAuthorities)
      .set({ ...given, ...modificationStamp(context) })
      .where(certificateAuthorityWithId(tenantId, id))
      .returning(CERTIFICATE_AUTHORITY_COLUMNS);
    changes.record({
      type: 'certificate-authority.updated',
      subjects: [before.name],
      changes: { ...differences(before, given, ['name']), ...revocations(before, given) },
    });
    changes.settings();
    return after!;
  });
}

/** Where it issues certificates, its list of revoked ones is signed anew. */
async function outdateList(tx: Transaction, tenantId: number, id: number): Promise<void> {
  await tx
    .update(issuingAuthorities)
    .set({ crlNumber: sql`${issuingAuthorities.crlNumber} + 1` })
    .where(and(eq(issuingAuthorities.tenantId, tenantId), eq(issuingAuthorities.authorityId, id)));
}

/** The serials that were added and removed: all of them would be too many to record with every change. */
function revocations(
  { revokedSerials: before }: { revokedSerials: string[] },
  { revokedSerials: after }: { revokedSerials: string[] },
): FieldChanges {
  const lacking = (serials: string[], others: string[]) => {
    const known = new Set(others);
    return serials.filter((serial) => !known.has(serial));
  };
  return { revokedSerials: { old: lacking(before, after), new: lacking(after, before) } };
}
