import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type ChangeRecord, eventOf } from './record.ts';
import { noteTargets } from './targets.ts';
import { beginEvent } from './write.ts';

/**
 * Adds what a batch has done to the event of its job, so that a job of a thousand batches is one event. The first makes
 * the event, which webhooks get when the job has ended.
 * @returns the event's id; null while nothing was changed
 */
export async function addToEvent(
  tx: Transaction,
  context: ActorContext,
  eventId: number | null,
  record: ChangeRecord,
): Promise<number | null> {
  const { tenantId } = context.caller;
  const { count = 0, targets = [] } = record;
  if (!count) return eventId;
  const grown =
    eventId === null
      ? []
      : await tx
          .update(auditEvents)
          .set({ count: sql`${auditEvents.count} + ${count}` })
          .where(and(eq(auditEvents.tenantId, tenantId), eq(auditEvents.id, eventId)))
          .returning({ id: auditEvents.id });
  // An event may be forgotten while its job runs.
  const id = grown[0]?.id ?? (await beginEvent(tx, eventOf(context, record)));
  await noteTargets(tx, { tenantId, eventId: id }, targets);
  return id;
}
