import type { CombinedError } from 'urql';
import { failures } from '../texts/common.ts';

/** An error in plain words, with what to do about it. */
export function reasonOf(error: CombinedError | undefined): string {
  const [first] = error?.graphQLErrors ?? [];
  const code = first?.extensions?.['code'];
  if (code === 'FORBIDDEN') return failures.forbidden;
  if (code === 'SIGN_IN_THROTTLED' || error?.response?.status === 429) return failures.throttled;
  if (first) return first.message;
  if (error?.networkError) return failures.gone;
  return failures.other;
}
