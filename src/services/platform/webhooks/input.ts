import { z } from 'zod';
import { enteredText, plainText } from '../../shared/text.ts';
import { namesEvents } from '../audit/event-types.ts';

const name = enteredText(1, 128);
const url = plainText(1, 2048);
const eventTypes = z
  .array(
    z
      .string()
      .max(128, 'must have at most 128 characters')
      .refine(namesEvents, "must be the type of an event, or its beginning with a '*' at the end"),
  )
  .min(1, 'must have at least one type')
  .max(100, 'must have at most 100 types');

export const WebhookInput = z.object({
  name,
  url,
  eventTypes: eventTypes.nullish(),
  active: z.boolean().nullish(),
});
export type WebhookInput = z.input<typeof WebhookInput>;

/** What an update may change; without `eventTypes` a webhook gets all events. */
export const WebhookUpdate = z.object({
  id: z.number(),
  name: name.optional(),
  url: url.optional(),
  eventTypes: eventTypes.nullish(),
  active: z.boolean().optional(),
  rotateSecret: z.boolean().optional(),
});
export type WebhookUpdate = z.input<typeof WebhookUpdate>;
