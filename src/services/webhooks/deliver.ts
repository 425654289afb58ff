import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import { auditEvents } from '../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../database/tables/webhooks.ts';
import type { Platform } from '../context.ts';
import { cloudEventOf } from './cloud-event.ts';
import { itself } from './find.ts';
import { joinedEvents } from './list-deliveries.ts';
import { type Candidate, chooseWave } from './order.ts';
import { GIVEN_UP_AFTER, retryAfter, SUSPENDED_AFTER_MS } from './patience.ts';
import type { Outcome, Sender } from './send.ts';

/** How far ahead is looked for what may be sent beside what has to wait. */
const WINDOW = 200;
/** Longer than an attempt may take. */
const LEASE_MS = 60_000;

export interface WebhookKey {
  tenantId: number;
  id: number;
}

type Leased = typeof webhooks.$inferSelect;

/**
 * Sends what waits for a webhook, until nothing may be sent any more. Only one process at a time does: the one that
 * holds the lease.
 */
export async function deliver(
  platform: Platform,
  sender: Sender,
  self: string,
  key: WebhookKey,
  isStopping: () => boolean,
): Promise<void> {
  for (;;) {
    const webhook = await lease(platform, self, key);
    if (!webhook) return;
    const wave = chooseWave(await readWaiting(platform, key), platform.clock());
    if (!wave.length || isStopping()) break;
    const { name } = await platform.tenants.byId(key.tenantId);
    const outcomes = await Promise.all(
      wave.map((event) => sender.send(webhook, String(event.id), JSON.stringify(cloudEventOf(name, event)))),
    );
    await writeOutcomes(platform, webhook, wave, outcomes);
  }
  await platform.database
    .update(webhooks)
    .set({ leasedUntil: null })
    .where(and(itself(key.tenantId, key.id), eq(webhooks.leasedBy, self)));
}

/** The webhook, if it may be sent to now, and no other process does. */
async function lease(
  { database, clock }: Platform,
  self: string,
  { tenantId, id }: WebhookKey,
): Promise<Leased | undefined> {
  const now = clock();
  const [webhook] = await database
    .update(webhooks)
    .set({ leasedBy: self, leasedUntil: new Date(now.getTime() + LEASE_MS) })
    .where(
      and(
        itself(tenantId, id),
        mayBeSentTo(now),
        sql`(${webhooks.leasedBy} = ${self} OR ${webhooks.leasedUntil} IS NULL OR ${webhooks.leasedUntil} < ${now.toISOString()}::timestamptz)`,
      ),
    )
    .returning();
  return webhook;
}

/** The condition that a webhook is neither switched off nor given up nor waiting to be tried again. */
export const mayBeSentTo = (now: Date): SQL =>
  sql`${webhooks.active} AND ${webhooks.suspendedAt} IS NULL
    AND (${webhooks.retryAt} IS NULL OR ${webhooks.retryAt} <= ${now.toISOString()}::timestamptz)`;

const readWaiting = ({ database }: Platform, { tenantId, id }: WebhookKey): Promise<Candidate[]> =>
  database
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
    .limit(WINDOW);

/** A refusal that is the event's own fault: the receiver understood, and doesn't want it. */
const isRefusal = ({ status }: Outcome) =>
  status !== null && status >= 400 && status < 500 && ![408, 425, 429].includes(status);

async function writeOutcomes(
  { database, clock }: Platform,
  webhook: Leased,
  wave: readonly Candidate[],
  outcomes: readonly Outcome[],
): Promise<void> {
  const now = clock();
  const down = outcomes.every((outcome) => outcome.error !== null && !isRefusal(outcome));
  const rows = wave.map(({ deliveryId, attempts }, index) => {
    const { status, error } = outcomes[index]!;
    // While the receiver is down, that is the webhook's trouble and no event's.
    const counted = down ? attempts : attempts + 1;
    const state = error === null ? 'delivered' : counted < GIVEN_UP_AFTER ? 'pending' : 'failed';
    const retryAt = state === 'pending' && !down ? retryAfter(now, counted) : null;
    return { deliveryId, counted, state, status, error, retryAt };
  });
  const list = <T>(of: (row: (typeof rows)[number]) => T) => arrayOf(rows.map(of));
  await database.transaction(async (tx) => {
    await tx.execute(sql`
      UPDATE ${webhookDeliveries} AS delivery
      SET state = done.state, attempts = done.attempts, retry_at = done.retry_at,
        last_status = done.status, last_error = done.error,
        finished_at = CASE WHEN done.state <> 'pending' THEN ${now.toISOString()}::timestamptz END
      FROM unnest(${list((row) => row.deliveryId)}::bigint[], ${list((row) => row.state)}::text[],
        ${list((row) => row.counted)}::int[], ${list((row) => row.retryAt?.toISOString())}::timestamptz[],
        ${list((row) => row.status)}::int[], ${list((row) => row.error)}::text[])
        AS done(id, state, attempts, retry_at, status, error)
      WHERE delivery.tenant_id = ${webhook.tenantId} AND delivery.id = done.id`);
    await tx
      .update(webhooks)
      .set(down ? failing(webhook, outcomes[0]!, now) : RECOVERED)
      .where(itself(webhook.tenantId, webhook.id));
  });
}

const RECOVERED = { failures: 0, failingSince: null, retryAt: null, lastError: null };

function failing({ failures, failingSince }: Leased, { error }: Outcome, now: Date) {
  const since = failingSince ?? now;
  const givenUp = now.getTime() - since.getTime() >= SUSPENDED_AFTER_MS;
  return {
    failures: failures + 1,
    failingSince: since,
    suspendedAt: givenUp ? now : null,
    retryAt: retryAfter(now, failures + 1),
    lastError: error,
  };
}
