import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import { chunks, insertFromArrays } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';

export type NewAuditEvent = typeof auditEvents.$inferInsert;

/**
 * Writes events of a tenant, and into the outbox of each webhook that wants them. Webhooks are locked, so that one that is
 * being deleted is skipped and doesn't undo the change.
 * @returns the events' ids, in their order
 */
export async function writeEvents(
  tx: Transaction,
  tenantId: number,
  events: readonly NewAuditEvent[],
): Promise<number[]> {
  if (!events.length) return [];
  const types = arrayText([...new Set(events.map(({ type }) => type))]);
  // Sent together: most transactions end with these.
  const [rows, wanted] = await Promise.all([
    insertAll(tx).execute({ tenantId, events: textOf(events) }),
    findWanted(tx).execute({ tenantId, types }),
  ]);
  const ids = rows.map(({ id }) => Number(id));
  await fillOutboxes(
    tx,
    tenantId,
    wanted,
    events.map(({ type, at }, index) => ({ id: ids[index]!, type, at })),
  );
  return ids;
}

/** The columns that differ between events, in their order. An identity gives the ids. */
const COLUMNS = Object.entries(getTableColumns(auditEvents)).filter(
  ([name]) => name !== 'id' && name !== 'tenantId',
);
const NAMES = sql.raw(COLUMNS.map(([, { name }]) => name).join(', '));
const TYPED = sql.raw(COLUMNS.map(([, column]) => `${column.name} ${column.getSQLType()}`).join(', '));

/** All as one parameter, so that the statement is the same for any number of events. */
const textOf = (events: readonly NewAuditEvent[]): string =>
  JSON.stringify(
    events.map((event) =>
      Object.fromEntries(
        COLUMNS.map(([name, column]) => [column.name, event[name as keyof NewAuditEvent] ?? null]),
      ),
    ),
  );

const insertAll = preparedSql<{ id: string }>(
  () => sql`
    INSERT INTO ${auditEvents} (tenant_id, ${NAMES})
    SELECT ${sql.placeholder('tenantId')}::bigint, ${NAMES}
    FROM json_to_recordset(${sql.placeholder('events')}::json) AS event(${TYPED})
    RETURNING id`,
);

/** The same for an event that isn't whole yet: webhooks get it by `sendEvent`. */
export async function beginEvent(tx: Transaction, event: NewAuditEvent): Promise<number> {
  const [row] = await tx.insert(auditEvents).values(event).returning({ id: auditEvents.id });
  return row!.id;
}

/** Gives an event that was begun to the webhooks. */
export async function sendEvent(tx: Transaction, tenantId: number, id: number): Promise<void> {
  const found = await tx
    .select({ id: auditEvents.id, type: auditEvents.type, at: auditEvents.at })
    .from(auditEvents)
    .where(and(eq(auditEvents.tenantId, tenantId), eq(auditEvents.id, id)));
  const wanted = await findWanted(tx).execute({ tenantId, types: arrayText(found.map(({ type }) => type)) });
  await fillOutboxes(tx, tenantId, wanted, found);
}

interface Wanted {
  id: string;
  type: string;
}

/** Which webhooks want events of which of the types. */
const findWanted = preparedSql<Wanted>(
  () => sql`
    SELECT webhook.id, wanted.type
    FROM ${webhooks} AS webhook JOIN unnest(${sql.placeholder('types')}::text[]) AS wanted(type)
      ON webhook.event_types IS NULL OR EXISTS (
        SELECT 1 FROM unnest(webhook.event_types) AS pattern
        WHERE starts_with(wanted.type, rtrim(pattern, '*')) AND (right(pattern, 1) = '*' OR pattern = wanted.type))
    WHERE webhook.tenant_id = ${sql.placeholder('tenantId')} AND webhook.active
    ORDER BY webhook.id
    FOR KEY SHARE OF webhook`,
);

async function fillOutboxes(
  tx: Transaction,
  tenantId: number,
  wanted: readonly Wanted[],
  events: readonly { id: number; type: string; at: Date }[],
): Promise<void> {
  if (!wanted.length) return;
  const rows = events.flatMap((event) =>
    wanted.filter(({ type }) => type === event.type).map(({ id }) => ({ webhookId: id, event })),
  );
  for (const chunk of chunks(rows))
    await tx.execute(
      insertFromArrays(
        webhookDeliveries,
        {
          webhookId: chunk.map(({ webhookId }) => webhookId),
          eventId: chunk.map(({ event }) => event.id),
          createdAt: chunk.map(({ event }) => event.at.toISOString()),
        },
        { tenantId },
      ),
    );
}
