import { and, desc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { issuedCertificates, REVOCATION_REASONS } from '../../../database/tables/issued-certificates.ts';
import { targets } from '../../../database/tables/targets.ts';
import { targetCertificateNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { revokeCertificates } from '../../fleet/targets/revoke-certificates.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { lockTarget } from '../../fleet/targets/selection.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { ISSUED_CERTIFICATE_COLUMNS, type IssuedCertificate } from './find.ts';

const RevokeTargetCertificate = z.object({
  id: z.number(),
  reason: z.enum(REVOCATION_REASONS).default('unspecified'),
});
export type RevokeTargetCertificate = z.input<typeof RevokeTargetCertificate>;

/**
 * Revokes a certificate that was issued to a target, for good: at once it signs nobody in, and the next list of revoked
 * certificates has it. One that is revoked stays as it is. Needs UPDATE_TARGET.
 * @throws TARGET_CERTIFICATE_NOT_FOUND, also where its target is out of scope; TARGET_NOT_FOUND for a deleted one, whose
 *   certificates are revoked already
 */
export async function revokeTargetCertificate(
  context: Context,
  input: RevokeTargetCertificate,
): Promise<IssuedCertificate> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { id, reason } = parse(RevokeTargetCertificate, input);
  const itself = and(eq(issuedCertificates.tenantId, tenantId), isAmong(issuedCertificates.id, [id]))!;
  const read = async (tx: Transaction) => {
    const inScope = await targetInScope(context, 'UPDATE_TARGET', issuedCertificates.targetId);
    const [found] = await tx
      .select(ISSUED_CERTIFICATE_COLUMNS)
      .from(issuedCertificates)
      .where(and(itself, inScope));
    if (!found) throw targetCertificateNotFound(String(id));
    return found;
  };

  return change(context, async (tx, changes) => {
    const { targetId, serial } = await read(tx);
    const target = await lockTarget(tx, context, 'UPDATE_TARGET', { id: targetId });
    const now = context.clock();
    const revoked = await revokeCertificates(
      tx,
      { caller: context.caller, now },
      isAmong(issuedCertificates.id, [id]),
      reason,
    );
    if (revoked.length) {
      await showCurrent(tx, tenantId, targetId);
      changes.targetsInScope([target.controllerId]);
      changes.record({
        type: 'target.certificate-revoked',
        subjects: [target.controllerId],
        changes: { serial: { old: serial }, reason: { new: reason } },
      });
    }
    return read(tx);
  });
}

/** The target shows when the newest that is left ends. */
async function showCurrent(tx: Transaction, tenantId: number, targetId: number): Promise<void> {
  const [current] = await tx
    .select({ expiresAt: issuedCertificates.expiresAt })
    .from(issuedCertificates)
    .where(
      and(
        eq(issuedCertificates.tenantId, tenantId),
        eq(issuedCertificates.targetId, targetId),
        isNull(issuedCertificates.revokedAt),
      ),
    )
    .orderBy(desc(issuedCertificates.id))
    .limit(1);
  await tx
    .update(targets)
    .set({ certificateExpiresAt: current?.expiresAt ?? null })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, targetId)));
}
