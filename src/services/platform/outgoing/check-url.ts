import { isIP } from 'node:net';
import { invalid } from '../../../errors.ts';
import { hostOf, isPublicAddress } from './addresses.ts';

/**
 * Refuses what is never sent to. What a name resolves to is looked at when something is sent: it may change.
 * @throws INVALID_INPUT
 */
export function checkUrl(given: string, allowPrivate: boolean, path = ['url']): void {
  const refuse = (rule: string) => invalid(`${path.join('.')}: ${rule}`, path);
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  if (parsed?.protocol !== 'https:' && !(allowPrivate && parsed?.protocol === 'http:'))
    throw refuse('must be an https URL');
  if (parsed.username || parsed.password) throw refuse('must hold no user name and no password');
  const host = hostOf(parsed);
  const isLocalName = /(^|\.)localhost\.?$/.test(host);
  if (!allowPrivate && (isLocalName || (isIP(host) && !isPublicAddress(host))))
    throw refuse('must not lead to a loopback, link-local or private address');
}
