import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A secret of 192 random bits, as Standard Webhooks writes them. */
export const newSigningSecret = (): string => `${PREFIX}${randomBytes(24).toString('base64')}`;

/**
 * The headers that let a receiver check who sent a body and when (https://www.standardwebhooks.com): the signature
 * is an HMAC over the id, the time in seconds and the body. The id is that of the event, the same at each attempt.
 */
export function signedHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}
