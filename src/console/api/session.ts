import { addressOf, SCRIPT_HEADERS } from './base.ts';
import { createStore } from './store.ts';

/**
 * Whether somebody is signed in: not known before the first answer; `expired` if the server ended what had begun.
 * `times` counts the sign-ins, so that nothing of one account is left for the next.
 */
export const session = createStore<{ state: 'unknown' | 'in' | 'out' | 'expired'; times: number }>({
  state: 'unknown',
  times: 0,
});

const change = (state: 'in' | 'out' | 'expired', times = session.get().times) =>
  session.set({ state, times });

/** The server answered somebody. */
export const signedIn = (): void => {
  if (session.get().state === 'unknown') change('in');
};

/** The server asks who this is. */
export function signedOut(): void {
  const { state } = session.get();
  if (state === 'in') change('expired');
  else if (state === 'unknown') change('out');
}

/** Why a sign-in was refused; `again` says in how many seconds one may try again. */
export type SignInRefusal = { reason: 'wrong' | 'throttled' | 'gone' | 'failed'; again?: number };

/** @returns why it was refused, or undefined */
export async function signIn(username: string, password: string): Promise<SignInRefusal | undefined> {
  let answer: Response;
  try {
    answer = await fetch(addressOf('graphql/session'), {
      method: 'POST',
      headers: { ...SCRIPT_HEADERS, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
  } catch {
    return { reason: 'gone' };
  }
  if (answer.ok) {
    change('in', session.get().times + 1);
    return undefined;
  }
  if (answer.status === 401) return { reason: 'wrong' };
  const again = Number(answer.headers.get('Retry-After')) || undefined;
  if (answer.status === 429) return { reason: 'throttled', again };
  return { reason: answer.status === 503 ? 'gone' : 'failed', again };
}

/** Who came from an issuer is signed out there, too: the browser goes there, and comes back to the sign-in. */
export async function signOut(): Promise<void> {
  const answer = await fetch(addressOf('graphql/session'), {
    method: 'DELETE',
    headers: SCRIPT_HEADERS,
  }).catch(() => undefined);
  const { signOutUrl } = answer?.status === 200 ? await answer.json() : {};
  if (signOutUrl) location.assign(signOutUrl);
  else change('out', session.get().times + 1);
}
