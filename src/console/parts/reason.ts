import type { CombinedError } from 'urql';
import { failures } from '../texts/common.ts';

/** Whether it is that the caller has no permission. */
export const isForbidden = (error: CombinedError | undefined): boolean => codeOf(error) === 'FORBIDDEN';

/** Whether it is that the address asks for what can't be, for example a place in a list of another order. */
export const isBadInput = (error: CombinedError | undefined): boolean => codeOf(error) === 'BAD_USER_INPUT';

const codeOf = (error: CombinedError | undefined) => error?.graphQLErrors[0]?.extensions?.['code'];

/** An error in plain words, with what to do about it. */
export function reasonOf(error: CombinedError | undefined): string {
  const [first] = error?.graphQLErrors ?? [];
  if (isForbidden(error)) return failures.forbidden;
  if (codeOf(error) === 'SIGN_IN_THROTTLED' || error?.response?.status === 429) return failures.throttled;
  if (first) return first.message;
  if (error?.networkError) return failures.gone;
  return failures.other;
}
