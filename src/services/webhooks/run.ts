import { randomUUID } from 'node:crypto';
import { and, eq, exists, sql } from 'drizzle-orm';
import { webhookDeliveries, webhooks } from '../../database/tables/webhooks.ts';
import type { Platform } from '../context.ts';
import { deliver, mayBeSentTo, type WebhookKey } from './deliver.ts';
import { forgetOldDeliveries } from './forget-old.ts';
import { openSender, type SenderOptions } from './send.ts';

const LOOK_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 600_000;
/** Webhooks that are sent to at the same time by one process. */
const AT_A_TIME = 16;

export interface Webhooks {
  /** Looks now for what waits, and sends it. */
  look(): Promise<void>;
  /** Waits for the attempts under way; what they don't finish another process takes over. */
  close(): Promise<void>;
}

/** Sends in this process what waits in the outbox: looks every second, and shares the webhooks with other processes. */
export function openWebhooks(
  platform: Platform,
  onError: (error: unknown) => void,
  options: Partial<SenderOptions> = {},
): Webhooks {
  const self = randomUUID();
  const { clock, systemDefaults } = platform;
  const sender = openSender({ allowPrivate: systemDefaults.privateWebhooks, clock, ...options });
  const underWay = new Map<string, Promise<void>>();
  let stopping = false;

  const begin = (key: WebhookKey) => {
    const name = `${key.tenantId}/${key.id}`;
    const known = underWay.get(name);
    if (known || underWay.size >= AT_A_TIME) return known;
    const work = deliver(platform, sender, self, key, () => stopping)
      .catch(onError)
      .finally(() => underWay.delete(name));
    underWay.set(name, work);
    return work;
  };
  const look = async () => {
    if (stopping) return;
    const due = await findDue(platform);
    await Promise.all(due.map(begin));
  };
  let looking: Promise<void> | undefined;
  const timers = [
    setInterval(() => {
      looking ??= look()
        .catch(onError)
        .finally(() => {
          looking = undefined;
        });
    }, LOOK_EVERY_MS),
    setInterval(() => void forgetOldDeliveries(platform).catch(onError), FORGET_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();

  return {
    look,
    async close() {
      stopping = true;
      for (const timer of timers) clearInterval(timer);
      await Promise.all([looking, ...underWay.values()]);
      sender.close();
    },
  };
}

/** Webhooks for which something waits that may be tried now. */
const findDue = ({ database, clock }: Platform): Promise<WebhookKey[]> => {
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
  return database
    .select({ tenantId: webhooks.tenantId, id: webhooks.id })
    .from(webhooks)
    .where(and(mayBeSentTo(now), exists(waiting)));
};
