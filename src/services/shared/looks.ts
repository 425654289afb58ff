import { setTimeout as pause } from 'node:timers/promises';
import type { Platform } from './context.ts';

const LOOK_EVERY_MS = 500;

interface Key {
  tenantId: number;
  id: number;
}

/**
 * Looks at things again and again: gives who asks the next look at a thing, half a second after the first who asked for
 * it. So a thing is looked at once for all in a process who watch it. `look` gets no caller: who may see it is checked
 * by those who asked.
 */
export function openLooks<T>(look: (platform: Platform, key: Key) => Promise<T>) {
  const ofDatabase = new WeakMap<Platform['database'], Map<string, Promise<T>>>();
  return (platform: Platform, key: Key): Promise<T> => {
    const { database } = platform;
    const coming = ofDatabase.get(database) ?? new Map<string, Promise<T>>();
    ofDatabase.set(database, coming);
    const name = `${key.tenantId}/${key.id}`;
    const known = coming.get(name);
    if (known) return known;
    const next = pause(LOOK_EVERY_MS).then(() => {
      coming.delete(name);
      return look(platform, key);
    });
    // All who asked may have gone meanwhile.
    next.catch(() => {});
    coming.set(name, next);
    return next;
  };
}
