import { useEffect, useState } from 'react';
import { FILTERS } from '../../api/filters.ts';
import type { Selection } from '../../parts/data-table.tsx';

export interface TargetSelection extends Selection {
  keys: ReadonlySet<string>;
  /** Not single targets, but all that match the filter. */
  isAll: boolean;
  selectAll: () => void;
  clear: () => void;
  /** What mutations take. */
  targets: { ids: string[] } | { filter: string };
}

const NONE: ReadonlySet<string> = new Set();

/** Which targets are selected: it lasts from page to page, and ends with another filter. */
export function useSelection(filter: string): TargetSelection {
  const [keys, setKeys] = useState(NONE);
  const [isAll, setAll] = useState(false);
  const clear = () => {
    setKeys(NONE);
    setAll(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another filter only
  useEffect(clear, [filter]);
  return {
    keys,
    isAll,
    isSelected: (key) => isAll || keys.has(key),
    toggle(changed, on) {
      setAll(false);
      setKeys((before) => {
        const next = new Set(isAll ? [] : before);
        for (const key of changed) on ? next.add(key) : next.delete(key);
        return next;
      });
    },
    selectAll: () => setAll(true),
    clear,
    targets: isAll ? { filter: filter || FILTERS.all } : { ids: [...keys] },
  };
}
