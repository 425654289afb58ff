import { useEffect, useRef } from 'react';

/** Calls `reload` after `moved` became another value: soon, and no more often than every `waitMs`. */
export function useFollow(moved: unknown, reload: () => void, waitMs: number): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const seen = useRef(moved);
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (seen.current === moved) return;
    seen.current = moved;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, waitMs);
  }, [moved, waitMs]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}
