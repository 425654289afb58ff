import { and, eq, type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import { DomainError } from '../../../errors.ts';
import { inSpan } from '../../../tracing/tracer.ts';
import type { Platform } from '../../shared/context.ts';
import type { Outcome } from '../outgoing/request.ts';
import type { Sender } from '../outgoing/send.ts';
import { cloudEventOf } from './cloud-event.ts';
import { type WebhookKey, webhookWithId } from './find.ts';
import { type Candidate, chooseWave } from './order.ts';
import { readPendingDeliveries } from './pending-deliveries.ts';
import { GIVEN_UP_AFTER, retryAfter, SUSPENDED_AFTER_MS } from './retry.ts';

/** Longer than an attempt may take. */
const LEASE_MS = 60_000;
const CLOUD_EVENT = 'application/cloudevents+json; charset=utf-8';
/** After this it is the turn of another webhook that waits. */
const TURN_MS = 2_000;

/** This process, as one that sends events. */
export interface DeliveryProcess {
  sender: Sender;
  /** A name that no other process has: leases are under it. */
  self: string;
  isStopping: () => boolean;
}

type Leased = typeof webhooks.$inferSelect;

interface Attempt {
  event: Candidate;
  outcome: Outcome;
}

/**
 * Sends the pending events of a webhook, until nothing may be sent or its turn is over. Only the process that has the
 * lease does.
 * @returns whether anything was sent
 */
export async function deliver(
  platform: Platform,
  { sender, self, isStopping }: DeliveryProcess,
  key: WebhookKey,
): Promise<boolean> {
  const turnEnds = performance.now() + TURN_MS;
  let sent = false;
  while (performance.now() < turnEnds) {
    const webhook = await lease(platform, self, key);
    if (!webhook) return sent;
    const wave = chooseWave(await readPendingDeliveries(platform.database, key), platform.clock());
    if (!wave.length || isStopping()) break;
    sent = true;
    const { name } = await platform.tenants.byId(key.tenantId);
    const outcomes = await Promise.all(
      wave.map((event) =>
        send(platform, sender, webhook, {
          id: String(event.id),
          parent: event.traceParent,
          body: JSON.stringify(cloudEventOf(name, event)),
        }),
      ),
    );
    const attempts = wave.map((event, index) => ({ event, outcome: outcomes[index]! }));
    // What is cut off by the end of this process is no fault of the receiver: another process sends it again.
    const counted = isStopping() ? attempts.filter(({ outcome }) => outcome.status !== null) : attempts;
    if (counted.length) await writeOutcomes(platform, webhook, counted);
  }
  await platform.database
    .update(webhooks)
    .set({ leasedUntil: platform.clock() })
    .where(and(webhookWithId(key.tenantId, key.id), eq(webhooks.leasedBy, self)));
  return sent;
}

/** A secret that can't be read keeps the event from being sent, as a receiver that is down does. */
async function send(
  { secrets }: Platform,
  sender: Sender,
  { url, secret }: Leased,
  { id, body, parent }: { id: string; body: string; parent: string | null },
): Promise<Outcome> {
  const attributes = { 'server.address': new URL(url).host, 'muster.event': id };
  try {
    return await inSpan({ name: 'webhook', kind: 'client', parent, attributes }, async (span) => {
      const outcome = await sender.send(
        { url, secret: secrets.open(secret) },
        { id, body, contentType: CLOUD_EVENT },
      );
      span.note({ 'http.response.status_code': outcome.status ?? undefined });
      if (outcome.error !== null) span.fail(String(outcome.status ?? 'no answer'));
      return outcome;
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { status: null, error: error.message };
  }
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
        webhookWithId(tenantId, id),
        mayBeSentTo(now),
        sql`(${webhooks.leasedBy} = ${self} OR ${webhooks.leasedUntil} IS NULL OR ${webhooks.leasedUntil} <= ${now.toISOString()}::timestamptz)`,
      ),
    )
    .returning();
  return webhook;
}

/** The condition that a webhook is active, is not suspended and has not to wait for its next attempt. */
export const mayBeSentTo = (now: Date): SQL =>
  sql`${webhooks.active} AND ${webhooks.suspendedAt} IS NULL
    AND (${webhooks.retryAt} IS NULL OR ${webhooks.retryAt} <= ${now.toISOString()}::timestamptz)`;

/** A refusal that is the event's own fault: the receiver understood, and doesn't want it. */
const isRefusal = ({ status }: Outcome) =>
  status !== null && status >= 400 && status < 500 && ![408, 425, 429].includes(status);

async function writeOutcomes(
  { database, clock }: Platform,
  webhook: Leased,
  attempts: readonly Attempt[],
): Promise<void> {
  const now = clock();
  const nothingTaken = attempts.every(({ outcome }) => outcome.error !== null);
  const down = nothingTaken && !attempts.some(({ outcome }) => isRefusal(outcome));
  const rows = attempts.map(({ event: { deliveryId, attempts: before }, outcome: { status, error } }) => {
    // While the receiver is down, that is the webhook's trouble and no event's.
    const counted = down ? before : before + 1;
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
      .set(nothingTaken ? failing(webhook, attempts[0]!.outcome, now, down) : RECOVERED)
      .where(webhookWithId(webhook.tenantId, webhook.id));
  });
}

const RECOVERED = { failures: 0, failingSince: null, retryAt: null, lastError: null };

/** One that is down is left alone for a while; one that refuses all may still take what it isn't shown yet. */
function failing({ failures, failingSince }: Leased, { error }: Outcome, now: Date, down: boolean) {
  const since = failingSince ?? now;
  const givenUp = now.getTime() - since.getTime() >= SUSPENDED_AFTER_MS;
  return {
    failures: failures + 1,
    failingSince: since,
    suspendedAt: givenUp ? now : null,
    retryAt: down ? retryAfter(now, failures + 1) : null,
    lastError: error,
  };
}
