import { createStore, useStore } from '../api/store.ts';

const now = createStore(Date.now());
const EVERY_MS = 15_000;
setInterval(() => now.set(Date.now()), EVERY_MS);

/** The time, for texts like `5 minutes ago`: all of them move on together. */
export const useNow = (): number => useStore(now);
