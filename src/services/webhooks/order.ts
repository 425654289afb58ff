import type { SentEvent } from './cloud-event.ts';

/** An event that waits to be sent. */
export interface Candidate extends SentEvent {
  deliveryId: number;
  attempts: number;
  retryAt: Date | null;
}

/** Requests at the same time. */
const WAVE = 20;

/**
 * Of what waits, in the order of the ids, what may be sent at once: of one thing only its first event, and none while
 * an earlier one has to be tried again. An event without names may concern anything: it waits for all before it,
 * and all after it for it.
 */
export function chooseWave(waiting: readonly Candidate[], now: Date): Candidate[] {
  const taken = new Set<string>();
  const wave: Candidate[] = [];
  for (const [index, event] of waiting.entries()) {
    if (wave.length === WAVE) break;
    const isDue = event.retryAt === null || event.retryAt <= now;
    if (event.subjects === null) {
      if (index === 0 && isDue) wave.push(event);
      break;
    }
    const things = event.subjects.map((subject) => `${kindOf(event)} ${subject}`);
    if (isDue && !things.some((thing) => taken.has(thing))) wave.push(event);
    for (const thing of things) taken.add(thing);
  }
  return wave;
}

/** `target` of `target.created`. */
const kindOf = ({ type }: SentEvent) => type.slice(0, type.indexOf('.'));
