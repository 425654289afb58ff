import { useEffect, useRef } from 'react';
import { type AnyVariables, type CombinedError, type DocumentInput, useQuery } from 'urql';
import { connection, freshness } from './connection.ts';
import { useStore } from './store.ts';

export interface Loaded<T> {
  data: T | undefined;
  error: CombinedError | undefined;
  /** Nothing can be shown yet. */
  loading: boolean;
  /** What is shown may be old: an answer is on its way. */
  stale: boolean;
  reload: () => void;
}

export interface DataOptions {
  /** It isn't asked at all. */
  pause?: boolean;
  /** While other variables are asked, what was answered to the last ones stays. */
  keep?: boolean;
}

/**
 * What a query answers: at once what the cache has, then what the server says. It is asked anew when the server comes
 * back; what was there before an error stays.
 */
export function useData<T, V extends AnyVariables>(
  query: DocumentInput<T, V>,
  variables: V,
  { pause = false, keep = false }: DataOptions = {},
): Loaded<T> {
  const [{ data, error, fetching, stale }, execute] = useQuery<T, V>({
    query,
    variables,
    pause,
  } as Parameters<typeof useQuery<T, V>>[0]);
  const times = useStore(connection).times + useStore(freshness);
  const seen = useRef(times);
  const reload = () => execute({ requestPolicy: 'network-only' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the server comes back, or a job has changed much
  useEffect(() => {
    if (seen.current === times) return;
    seen.current = times;
    if (!pause) reload();
  }, [times]);
  const key = JSON.stringify(variables);
  // An error may come with null instead of data.
  const last = useRef<{ key: string; data: T }>(undefined);
  if (data) last.current = { key, data };
  const shown = data ?? (keep || last.current?.key === key ? last.current?.data : undefined);
  return { data: shown, error, loading: fetching && shown === undefined, stale: fetching || stale, reload };
}
