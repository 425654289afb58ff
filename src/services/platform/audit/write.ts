import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';

export type NewAuditEvent = typeof auditEvents.$inferInsert;

/**
 * Writes events, and into the outbox of each webhook that wants them: both in one statement. Webhooks are locked, so
 * a webhook that is being deleted is skipped and doesn't undo the change.
 * @returns the events' ids, in their order
 */
export async function writeEvents(
  database: Database | Transaction,
  events: readonly NewAuditEvent[],
): Promise<number[]> {
  if (!events.length) return [];
  const rows = await writeAll(database).execute({ events: textOf(events) });
  return rows.map(({ id }) => Number(id));
}

/** The columns in their order. An identity gives the ids. */
const COLUMNS = Object.entries(getTableColumns(auditEvents)).filter(([name]) => name !== 'id');
const NAMES = sql.raw(COLUMNS.map(([, { name }]) => name).join(', '));
const TYPED = sql.raw(COLUMNS.map(([, column]) => `${column.name} ${column.getSQLType()}`).join(', '));

/** All as one parameter, so that the statement is the same for any number of events: most transactions end with it. */
const textOf = (events: readonly NewAuditEvent[]): string =>
  JSON.stringify(
    events.map((event) =>
      Object.fromEntries(
        COLUMNS.map(([name, column]) => [column.name, event[name as keyof NewAuditEvent] ?? null]),
      ),
    ),
  );

const writeAll = preparedSql<{ id: string }>(
  () => sql`
    WITH written AS (
      INSERT INTO ${auditEvents} (${NAMES})
      SELECT ${NAMES} FROM json_to_recordset(${sql.placeholder('events')}::json) AS event(${TYPED})
      RETURNING tenant_id, id, at, type),
    sent AS (${toWebhooks(sql`written`)})
    SELECT id FROM written ORDER BY id`,
);

/** The same for an event that isn't whole yet: webhooks get it by `sendEvent`. */
export async function beginEvent(tx: Transaction, event: NewAuditEvent): Promise<number> {
  const [row] = await tx.insert(auditEvents).values(event).returning({ id: auditEvents.id });
  return row!.id;
}

/** Gives an event that was begun to the webhooks. */
export async function sendEvent(tx: Transaction, tenantId: number, id: number): Promise<void> {
  await tx.execute(
    toWebhooks(
      sql`(SELECT tenant_id, id, at, type FROM ${auditEvents} WHERE tenant_id = ${tenantId} AND id = ${id})`,
    ),
  );
}

const toWebhooks = (events: SQL): SQL => sql`
    INSERT INTO ${webhookDeliveries} (tenant_id, webhook_id, event_id, created_at)
    SELECT written.tenant_id, webhook.id, written.id, written.at
    FROM ${events} AS written JOIN ${webhooks} AS webhook ON webhook.tenant_id = written.tenant_id
    WHERE webhook.active AND (webhook.event_types IS NULL OR EXISTS (
      SELECT 1 FROM unnest(webhook.event_types) AS pattern
      WHERE starts_with(written.type, rtrim(pattern, '*')) AND (right(pattern, 1) = '*' OR pattern = written.type)))
    ORDER BY written.id
    FOR KEY SHARE OF webhook`;
