import { LRUCache } from 'lru-cache';

const AGAIN_AFTER_MS = 60_000;

/**
 * Says for each name whether to log it now: once a minute, because refused clients come again. It remembers as many names
 * as `remembered` says.
 */
export function onceAMinute(remembered = 10_000): (name: string) => boolean {
  const told = new LRUCache<string, true>({ max: remembered, ttl: AGAIN_AFTER_MS });
  return (name) => {
    if (told.has(name)) return false;
    told.set(name, true);
    return true;
  };
}
