import type { Permission } from '../../access/grants.ts';
import { findTargets } from '../../fleet/targets/find.ts';
import type { Target } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';

/**
 * What happened to a target. `resync` comes first and names no target: earlier changes may have been missed, so what is
 * shown must be read again. From then on no change is missed.
 */
export type TargetEventType = 'resync' | 'created' | 'updated' | 'entered' | 'left' | 'deleted';

export interface TargetEvent {
  type: TargetEventType;
  controllerId: string | null;
  /** The target as it is now; null if it is deleted or the caller may not read it. */
  target(context: Context): Promise<Target | null>;
}

const none = async () => null;

export const targetResync = (): TargetEvent => ({ type: 'resync', controllerId: null, target: none });
export const targetDeleted = (controllerId: string): TargetEvent => ({
  type: 'deleted',
  controllerId,
  target: none,
});

/** The permissions that decide what of a target a caller sees. */
const VISIBLE_BY = ['READ_TARGET', 'READ_TARGET_TYPE', 'READ_TARGET_SECURITY_TOKEN'] as const;

/** Makes events. Their targets are read together, once for all watchers, when the first one is asked for. */
export function targetEventMaker(): (type: TargetEventType, controllerId: string) => TargetEvent {
  const reader = readerOf<string, Target>(VISIBLE_BY, async (context, controllerIds) => {
    const found = await findTargets(context, controllerIds);
    return new Map(found.map((target) => [target.controllerId, target]));
  });
  return (type, controllerId) => ({ type, controllerId, target: reader(controllerId) });
}

/**
 * Reads all named entities together, when the first one is asked for. Callers with the same permissions `visibleBy` share a read. A
 * caller without the first of them gets null.
 */
export function readerOf<K, T>(
  visibleBy: readonly [Permission, ...Permission[]],
  read: (context: Context, keys: readonly K[]) => Promise<Map<K, T>>,
): (key: K) => (context: Context) => Promise<T | null> {
  const named = new Set<K>();
  const reads = new Map<string, Promise<Map<K, T>>>();
  return (key) => {
    named.add(key);
    return async (context) => {
      const { permissions } = context.caller;
      if (!permissions.has(visibleBy[0])) return null;
      const callerKey = JSON.stringify(visibleBy.map((one) => permissions.has(one) && permissions.get(one)));
      const reading = reads.get(callerKey) ?? read(context, [...named]);
      reads.set(callerKey, reading);
      return (await reading).get(key) ?? null;
    };
  };
}
