import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { targets } from '../../../database/tables/targets.ts';
import { change } from '../../shared/change.ts';
import { asServer, type Platform } from '../../shared/context.ts';
import { endCertificates } from './end-certificates.ts';
import { nextLook, overlapOf } from './hand-over.ts';

const AT_A_TIME = 1_000;

/**
 * Revokes the certificates of targets that have moved and whose overlap has ended: they open nothing any more, and the
 * list of revoked certificates tells others so.
 */
export async function endOverlaps(platform: Platform, isStopping: () => boolean): Promise<void> {
  const now = platform.clock();
  for (;;) {
    const due = await platform.database
      .select({ tenantId: targets.tenantId, id: targets.id })
      .from(targets)
      .where(sql`${lte(targets.overlapDueAt, now)} ${overAllTenants('ended overlaps')}`)
      .orderBy(asc(targets.overlapDueAt))
      .limit(AT_A_TIME);
    for (const { tenantId, id } of due) {
      if (isStopping()) return;
      await endOverlap(platform, tenantId, id);
    }
    if (due.length < AT_A_TIME) return;
  }
}

async function endOverlap(platform: Platform, tenantId: number, id: number): Promise<void> {
  const context = asServer(platform, tenantId);
  const now = platform.clock();
  await change(context, async (tx, changes) => {
    const itself = and(eq(targets.tenantId, tenantId), eq(targets.id, id), lte(targets.overlapDueAt, now));
    const [target] = await tx.select().from(targets).where(itself).for('no key update');
    // It came home meanwhile, or was deleted.
    if (!target) return;
    const overlap = await overlapOf(tx, target);
    if (overlap && overlap.until > now) {
      await tx
        .update(targets)
        .set({ overlapDueAt: nextLook(overlap.until, now) })
        .where(itself);
      return;
    }
    const revoked = await endCertificates(tx, context, id);
    const { controllerId } = target;
    changes.targets([controllerId]);
    if (revoked)
      changes.record({
        type: 'target.certificate-revoked',
        subjects: [controllerId],
        changes: { reason: { new: 'affiliationChanged' } },
      });
  });
}
