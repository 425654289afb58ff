import type { IncomingMessage } from 'node:http';
import type { DomainError } from '../../errors.ts';
import type { Proxies } from '../http.ts';
import type { DevicePath } from './request.ts';
import { deviceUrl } from './root.ts';

/** Where a device that another tenant has taken over finds the same; nothing for other errors. */
export function movedHeaders(
  { details: { movedTo } }: DomainError,
  path: DevicePath,
  request: IncomingMessage,
  proxies: Proxies,
): Record<string, string> {
  if (movedTo === undefined) return {};
  const query = request.url?.indexOf('?') ?? -1;
  const rest = path.rest + (query < 0 ? '' : request.url!.slice(query));
  return { Location: deviceUrl(proxies.baseUrlOf(request), { ...path, tenant: movedTo }) + rest };
}
