import { type AnyVariables, type DocumentInput, useMutation } from 'urql';
import { failure } from '../parts/notify.tsx';

/** A fault of one input, as the server says it. */
export interface Fault {
  message: string;
  path: readonly string[];
  /** How many targets a set is not for, if that is why. */
  refusedTargets?: { count: number } | null;
}

export type Outcome<P> = { payload: P; faults: readonly Fault[] } | undefined;

/** Why it was refused; nothing if it wasn't. What went wrong as a whole is told already. */
export const refusalOf = (outcome: Outcome<unknown>): string | undefined =>
  outcome ? outcome.faults[0]?.message : '';

interface Payload {
  userErrors: readonly Fault[];
}

/** The one payload of a mutation with one field. */
type PayloadOf<T> = { [K in keyof T]: T[K] extends Payload ? T[K] : never }[keyof T];

/**
 * Runs a mutation with one field. What goes wrong as a whole (no permission, no server) is told as a notification and
 * answers undefined; faults of the input are the caller's to show.
 */
export function useChange<T, V extends AnyVariables>(document: DocumentInput<T, V>) {
  const [{ fetching }, execute] = useMutation<T, V>(document);
  const run = async (variables: V): Promise<Outcome<PayloadOf<T>>> => {
    const { data, error } = await execute(variables);
    const payload = Object.values(data ?? {}).find(
      (value) => typeof value === 'object' && value !== null && 'userErrors' in value,
    ) as (PayloadOf<T> & Payload) | undefined;
    // With a payload, an error only says that a part of it may not be seen.
    if (!payload) {
      failure(error);
      return undefined;
    }
    return { payload, faults: payload.userErrors };
  };
  return [run, fetching] as const;
}
