import type { SentEvent } from './cloud-event.ts';

/** An event that waits to be sent. */
export interface Candidate extends SentEvent {
  deliveryId: number;
  attempts: number;
  retryAt: Date | null;
  /** Of the trace that it was done in, where traces are recorded. */
  traceParent: string | null;
}

/** Requests at the same time. */
const WAVE = 20;

/**
 * Chooses the events that may be sent at the same time, in the order of the ids: the first event of each subject, and
 * none while an earlier one waits for its next attempt. An event without subjects may be about anything of its kind: it
 * waits for all events of that kind before it, and those after it wait for it.
 */
export function chooseWave(waiting: readonly Candidate[], now: Date): Candidate[] {
  const begun = new Map<string, Set<string> | 'ALL'>();
  const wave: Candidate[] = [];
  for (const event of waiting) {
    if (wave.length === WAVE) break;
    const { subjects, retryAt } = event;
    const taken = begun.get(kindOf(event)) ?? new Set();
    if (taken === 'ALL') continue;
    const isFree = subjects === null ? !taken.size : !subjects.some((subject) => taken.has(subject));
    if (isFree && (retryAt === null || retryAt <= now)) wave.push(event);
    for (const subject of subjects ?? []) taken.add(subject);
    begun.set(kindOf(event), subjects === null ? 'ALL' : taken);
  }
  return wave;
}

/** `target` of `target.created`. */
const kindOf = ({ type }: SentEvent) => type.slice(0, type.indexOf('.'));
