import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { livingPostmaster, signal, waitUntilGone } from './postmaster.ts';
import type { Reached } from './reach.ts';
import { signOff } from './session.ts';

/** Stops the server, unless another process of Muster uses it. */
export async function leaveServer(
  place: Place,
  binaries: Binaries,
  { pid, session, adopted }: Reached,
  log: (message: string) => void,
): Promise<void> {
  try {
    const last = await within(3000, signOff(session)).catch(() => true); // it doesn't answer: nobody can use it
    if (last) await shutDown(place, binaries, pid, log);
    // Where it ran before, that is what everybody expects.
    else if (!adopted) log('The embedded database goes on: another process uses it.');
  } finally {
    session.cut();
  }
}

async function shutDown(
  place: Place,
  binaries: Binaries,
  pid: number,
  log: (message: string) => void,
): Promise<void> {
  // After a crash another process may have started a new server, which belongs to that process.
  if ((await livingPostmaster(place.cluster))?.pid !== pid) return;
  await signal(pid, 'SIGINT', binaries);
  if (await waitUntilGone(place.cluster, pid, 8000)) return;
  log('The embedded database takes too long to stop: it will recover at its next start.');
  await signal(pid, 'SIGQUIT', binaries);
  if (!(await waitUntilGone(place.cluster, pid, 5000)))
    throw new Error(`the server (process ${pid}) doesn't stop`);
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
