import type { DeliveryState } from '../../../database/tables/webhooks.ts';
import type { EventType } from '../audit/event-types.ts';

/** That an event is, or was, to be sent by a webhook. */
export interface WebhookDelivery {
  id: number;
  state: DeliveryState;
  eventId: number;
  type: EventType;
  subjects: string[] | null;
  createdAt: Date;
  attempts: number;
  retryAt: Date | null;
  finishedAt: Date | null;
  lastStatus: number | null;
  lastError: string | null;
}
