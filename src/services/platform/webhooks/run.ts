import { randomUUID } from 'node:crypto';
import { and, eq, exists, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import type { Platform } from '../../shared/context.ts';
import { runPeriodically } from '../../shared/periodic.ts';
import { openSender, type SenderOptions } from '../outgoing/send.ts';
import { openSlots } from '../outgoing/slots.ts';
import { deliver, mayBeSentTo } from './deliver.ts';
import type { WebhookKey } from './find.ts';
import { forgetOldDeliveries } from './forget-old.ts';

const LOOK_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 600_000;
/** The turn of a quick receiver ends a little after `TURN_MS`. */
const PLACES = { places: 16, ofTenant: 4, slowAfterMs: 3_000 };
/** How long the end waits for attempts at most. */
const GRACE_MS = 3_000;
/** Webhooks that one look finds: many more than there are places, as some must wait for a place of their kind. */
const FOUND_AT_MOST = 2_000;

export interface Webhooks {
  /** Looks for pending deliveries now, and sends them. */
  look(): Promise<void>;
  /** Waits a little for the attempts under way; what they don't finish another process takes over. */
  close(): Promise<void>;
}

/** Sends the events of the outbox: looks every second, and shares the webhooks with other processes. */
export function openWebhooks(
  platform: Platform,
  onError: (error: unknown) => void,
  options: Partial<SenderOptions> = {},
): Webhooks {
  const self = randomUUID();
  const { clock, systemDefaults } = platform;
  const sender = openSender({ allowPrivate: systemDefaults.privateWebhooks, clock, ...options });
  const places = openSlots(PLACES);
  const underWay = new Map<string, Promise<void>>();
  let stopping = false;

  const begin = (key: WebhookKey) => {
    const name = `${key.tenantId}/${key.id}`;
    const place = underWay.has(name) ? undefined : places.take(key);
    if (!place) return;
    const work = deliver(platform, { sender, self, isStopping: () => stopping }, key)
      .catch(onError)
      .then((sent) => {
        underWay.delete(name);
        place.free();
        // More may wait, here or for the place. Where nothing could be sent, the next look is soon enough.
        if (sent) beginSoon();
      });
    underWay.set(name, work);
  };
  const beginAllDue = async () => {
    if (stopping) return;
    for (const key of await findDue(platform, self)) begin(key);
  };
  let looking: Promise<unknown> | undefined;
  // Doesn't wait until all is sent: a slow receiver must not block others.
  const beginSoon = () => {
    looking ??= beginAllDue()
      .catch(onError)
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(beginSoon, LOOK_EVERY_MS);
  timer.unref();
  const forgetting = runPeriodically(platform.database, {
    name: 'webhook deliveries',
    everyMs: FORGET_EVERY_MS,
    work: (tx) => forgetOldDeliveries(tx, clock()),
    onError,
  });

  return {
    async look() {
      await beginAllDue();
      await Promise.all(underWay.values());
    },
    async close() {
      stopping = true;
      clearInterval(timer);
      await Promise.all([looking, forgetting.close()]);
      const impatience = setTimeout(() => sender.close(), GRACE_MS);
      await Promise.all(underWay.values());
      clearTimeout(impatience);
      sender.close();
    },
  };
}

const DUE = sql`TRUE ${overAllTenants('due webhooks')}`;

/** Webhooks for which something waits that may be tried now, those first that waited longest for their turn. */
const findDue = ({ database, clock }: Platform, self: string): Promise<WebhookKey[]> => {
  const now = clock();
  const waiting = database
    .select({ one: sql`1` })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.tenantId, webhooks.tenantId),
        eq(webhookDeliveries.webhookId, webhooks.id),
        eq(webhookDeliveries.state, 'pending'),
        sql`(${webhookDeliveries.retryAt} IS NULL OR ${webhookDeliveries.retryAt} <= ${now.toISOString()}::timestamptz)`,
      ),
    );
  // A lease of our own of which we don't know any more is what a lost database left.
  const isLeased = sql`(${webhooks.leasedUntil} > ${now.toISOString()}::timestamptz AND ${webhooks.leasedBy} <> ${self})`;
  return database
    .select({ tenantId: webhooks.tenantId, id: webhooks.id })
    .from(webhooks)
    .where(and(mayBeSentTo(now), sql`${isLeased} IS NOT TRUE`, exists(waiting), DUE))
    .orderBy(sql`${webhooks.leasedUntil} NULLS FIRST`)
    .limit(FOUND_AT_MOST);
};
