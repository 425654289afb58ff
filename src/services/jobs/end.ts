import { and, eq } from 'drizzle-orm';
import { jobs } from '../../database/tables/jobs.ts';
import { sendEvent } from '../platform/audit/write.ts';
import type { Changes } from '../shared/change.ts';
import type { ActorContext } from '../shared/context.ts';
import type { JobRow } from './job.ts';

interface End extends Partial<Pick<JobRow, 'code' | 'message'>> {
  state: 'finished' | 'failed' | 'canceled';
}

/** Notes that a locked job has ended; webhooks get the event of all that it did. */
export async function endJob(
  { tx, context, changes }: { tx: Parameters<typeof sendEvent>[0]; context: ActorContext; changes: Changes },
  { tenantId, id, eventId, kind, total }: JobRow,
  end: End,
): Promise<void> {
  const now = context.clock();
  await tx
    .update(jobs)
    .set({ ...end, endedAt: now, updatedAt: now })
    .where(and(eq(jobs.tenantId, tenantId), eq(jobs.id, id)));
  if (eventId !== null) {
    await sendEvent(tx, tenantId, eventId);
    // It was told of when it had the first batch only.
    changes.auditEvents([eventId]);
  }
  changes.record({
    type: `job.${end.state}`,
    subjects: [String(id)],
    changes: { kind: { new: kind }, total: { new: total }, ...(end.code && { code: { new: end.code } }) },
  });
}
