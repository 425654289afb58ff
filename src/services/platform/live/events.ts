import type { Permission } from '../../access/grants.ts';
import { findTargets } from '../../fleet/targets/find.ts';
import type { Target } from '../../fleet/targets/target.ts';
import type { Context } from '../../shared/context.ts';

/**
 * What a watcher of targets is told. `resync`: from now on nothing is missed, but before it may have been, so what
 * is shown must be read again; it comes first, and names no target.
 */
export type TargetEventType = 'resync' | 'created' | 'updated' | 'entered' | 'left' | 'deleted';

export interface TargetEvent {
  type: TargetEventType;
  controllerId: string | null;
  /** The target as it is now, for who may read it; null where it is gone. */
  target(context: Context): Promise<Target | null>;
}

const none = async () => null;

export const resync = (): TargetEvent => ({ type: 'resync', controllerId: null, target: none });
export const deletion = (controllerId: string): TargetEvent => ({
  type: 'deleted',
  controllerId,
  target: none,
});

/** What decides on how a target looks. */
const SEEN_BY = ['READ_TARGET', 'READ_TARGET_TYPE', 'READ_TARGET_SECURITY_TOKEN'] as const;

/** Makes events whose targets are read together, once for all watchers, when the first of them is asked for. */
export function eventMaker(): (type: TargetEventType, controllerId: string) => TargetEvent {
  const reader = readerOf<string, Target>(SEEN_BY, async (context, controllerIds) => {
    const found = await findTargets(context, controllerIds);
    return new Map(found.map((target) => [target.controllerId, target]));
  });
  return (type, controllerId) => ({ type, controllerId, target: reader(controllerId) });
}

/**
 * Reads what is named, once and all together, when the first of it is asked for: apart only for those who may see
 * different things by the permissions `seenBy`, of which nobody sees anything without the first.
 */
export function readerOf<K, T>(
  seenBy: readonly [Permission, ...Permission[]],
  read: (context: Context, keys: readonly K[]) => Promise<Map<K, T>>,
): (key: K) => (context: Context) => Promise<T | null> {
  const named = new Set<K>();
  const reads = new Map<string, Promise<Map<K, T>>>();
  return (key) => {
    named.add(key);
    return async (context) => {
      const { permissions } = context.caller;
      if (!permissions.has(seenBy[0])) return null;
      const sight = JSON.stringify(seenBy.map((one) => permissions.has(one) && permissions.get(one)));
      const reading = reads.get(sight) ?? read(context, [...named]);
      reads.set(sight, reading);
      return (await reading).get(key) ?? null;
    };
  };
}
