import { type ComponentType, lazy } from 'react';
import { serverIsGone } from '../api/connection.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A part whose code is loaded when it is first shown. Where the server is away it comes later, and the page stays. */
export const lazyPart = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazy(async () => {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS))
      try {
        return { default: await load() };
      } catch {
        serverIsGone();
        await pause(wait);
      }
  });
