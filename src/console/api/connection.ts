import { addressOf } from './base.ts';
import { createStore } from './store.ts';

/** Whether the server answers; each time it comes back, `times` is one more, and what is on the page is asked anew. */
export const connection = createStore({ gone: false, times: 0 });

/** One more each time what is shown may have changed by itself: what is on the page is asked anew. */
export const freshness = createStore(0);

export const askAnew = (): void => freshness.set(freshness.get() + 1);

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** The server didn't answer: asks until it does. */
export function serverIsGone(): void {
  const now = connection.get();
  if (now.gone) return;
  connection.set({ ...now, gone: true });
  tryAfter(FIRST_WAIT_MS);
}

function tryAfter(wait: number): void {
  timer = setTimeout(() => void tryNow(wait), wait);
}

/** Asks the server whether it is there again. */
export async function tryNow(wait = FIRST_WAIT_MS): Promise<void> {
  clearTimeout(timer);
  const ready = await fetch(addressOf('health/ready'), { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
  const now = connection.get();
  if (!now.gone) return;
  if (ready) connection.set({ gone: false, times: now.times + 1 });
  else tryAfter(Math.min(wait * 2, LONGEST_WAIT_MS));
}
