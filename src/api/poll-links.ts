import type { PollAnswer } from '../services/devices/polling/device.ts';
import { encodeSegment } from './base-url.ts';

/** What the device finds at a link of the answer to its poll. */
export type LinkRel = NonNullable<PollAnswer['next']>['kind'] | 'installedBase' | 'configData';
export type PollLink = [rel: LinkRel, href: string];

/** The base of a device's links; the tenant as it is to be written. */
export const deviceUrlOf = (baseUrl: string, tenant: string, controllerId: string): string =>
  `${baseUrl}/${tenant}/controller/v1/${encodeSegment(controllerId)}`;

/** The links that a poll is answered with, below the device's own address. */
export function pollLinks(
  { next, installedActionId, requestAttributes }: PollAnswer,
  own: string,
): PollLink[] {
  const links: PollLink[] = [];
  if (next) {
    const changing = next.kind === 'cancelAction' ? '' : `?c=${next.revision}`;
    links.push([next.kind, `${own}/${next.kind}/${next.actionId}${changing}`]);
  }
  if (installedActionId !== null) links.push(['installedBase', `${own}/installedBase/${installedActionId}`]);
  if (requestAttributes) links.push(['configData', `${own}/configData`]);
  return links;
}
