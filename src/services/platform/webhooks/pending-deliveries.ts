import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries } from '../../../database/tables/webhooks.ts';
import type { WebhookKey } from './find.ts';
import { joinedEvents } from './list-deliveries.ts';
import type { Candidate } from './order.ts';

/** How far ahead is looked for what may be sent beside what has to wait. */
const WINDOW = 200;
/** Of what is read at once, about; a change of very many things may have megabytes of its own. */
const WINDOW_BYTES = 4 << 20;
const BYTES_OF_NAME = 32;

/** The first pending deliveries, as many as memory allows: at least one. */
export function readPendingDeliveries(
  database: Database,
  { tenantId, id }: WebhookKey,
): Promise<Candidate[]> {
  const names = sql`CASE WHEN ${auditEvents.subjects} IS NULL THEN 0 ELSE ${auditEvents.count} END`;
  const bytes = sql`${names} * ${BYTES_OF_NAME} + coalesce(pg_column_size(${auditEvents.changes}), 0)`;
  const first = database
    .select({
      id: webhookDeliveries.id,
      before: sql<number>`coalesce(sum(${bytes}) OVER (
        ORDER BY ${webhookDeliveries.id} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`.as('before'),
    })
    .from(webhookDeliveries)
    .innerJoin(auditEvents, joinedEvents)
    .where(
      and(
        eq(webhookDeliveries.tenantId, tenantId),
        eq(webhookDeliveries.webhookId, id),
        eq(webhookDeliveries.state, 'pending'),
      ),
    )
    .orderBy(webhookDeliveries.id)
    .limit(WINDOW)
    .as('first');
  return database
    .select({
      deliveryId: webhookDeliveries.id,
      attempts: webhookDeliveries.attempts,
      retryAt: webhookDeliveries.retryAt,
      id: auditEvents.id,
      at: auditEvents.at,
      actor: auditEvents.actor,
      actorKind: auditEvents.actorKind,
      type: auditEvents.type,
      subjects: auditEvents.subjects,
      filter: auditEvents.filter,
      count: auditEvents.count,
      changes: auditEvents.changes,
      traceParent: auditEvents.traceParent,
    })
    .from(first)
    .innerJoin(
      webhookDeliveries,
      and(eq(webhookDeliveries.tenantId, tenantId), eq(webhookDeliveries.id, first.id)),
    )
    .innerJoin(auditEvents, joinedEvents)
    .where(lt(first.before, WINDOW_BYTES))
    .orderBy(webhookDeliveries.id);
}
