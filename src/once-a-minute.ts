import { LRUCache } from 'lru-cache';

const AGAIN_AFTER_MS = 60_000;

/**
 * Says of each name whether it is to be told of now: once a minute, as whoever is refused comes again. So many names are
 * remembered.
 */
export function onceAMinute(remembered = 10_000): (name: string) => boolean {
  const told = new LRUCache<string, true>({ max: remembered, ttl: AGAIN_AFTER_MS });
  return (name) => {
    if (told.has(name)) return false;
    told.set(name, true);
    return true;
  };
}
