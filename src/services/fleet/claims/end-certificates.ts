import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { issuedCertificates } from '../../../database/tables/issued-certificates.ts';
import { targets } from '../../../database/tables/targets.ts';
import type { ActorContext } from '../../shared/context.ts';
import { revokeCertificates } from '../targets/revoke-certificates.ts';

/**
 * Ends all certificates of a locked target: from now on its device is somebody else's, or was.
 * @returns how many are revoked by it
 */
export async function endCertificates(
  tx: Transaction,
  { caller, clock }: ActorContext,
  targetId: number,
): Promise<number> {
  const ofTarget = eq(issuedCertificates.targetId, targetId);
  const revoked = await revokeCertificates(tx, { caller, now: clock() }, ofTarget, 'affiliationChanged');
  await tx
    .update(targets)
    .set({ certificateExpiresAt: null, overlapDueAt: null })
    .where(and(eq(targets.tenantId, caller.tenantId), eq(targets.id, targetId)));
  return revoked.length;
}
