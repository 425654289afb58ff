import type { Registry } from 'prom-client';

/** Bounds in seconds: a poll from memory takes a fraction of a millisecond. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5];
const NAME = 'muster_poll_seconds';

/** Counts polls in plain numbers: there are too many for a call of the library each time. */
export interface PollMetrics {
  /** By status. */
  counts: ReadonlyMap<number, number>;
  note(status: number, ms: number): void;
}

export function openPollMetrics(): PollMetrics & { register(registry: Registry): void } {
  const counts = new Map<number, number>();
  const within = new Float64Array(BOUNDS.length + 1);
  let sum = 0;
  const note = (status: number, ms: number) => {
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const seconds = ms / 1000;
    sum += seconds;
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++;
    within[bucket]!++;
  };
  const get = async () => ({
    name: NAME,
    help: 'How long polls took, in seconds.',
    type: 'histogram',
    aggregator: 'sum',
    values: valuesOf(within, sum),
  });
  return {
    counts,
    note,
    // The library asks a metric for its name and its values only.
    register: (registry) => registry.registerMetric({ name: NAME, get, reset() {} } as never),
  };
}

/** Buckets count up, as Prometheus wants them. */
function valuesOf(within: Float64Array, sum: number) {
  let total = 0;
  const buckets = [...within].map((count, index) => {
    total += count;
    return { metricName: `${NAME}_bucket`, labels: { le: BOUNDS[index] ?? '+Inf' }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels: {}, value: sum },
    { metricName: `${NAME}_count`, labels: {}, value: total },
  ];
}
