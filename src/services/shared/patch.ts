type Patch<T, C extends keyof T> = { [K in keyof T]?: NonNullable<T[K]> | (K extends C ? null : never) };

/**
 * What an update writes: what is given, and null for what shall be cleared. A missing or null value stands for "as it
 * is", because hawkBit's clients send null for what they don't mean.
 */
export function patchOf<T extends object, C extends keyof T>(
  given: T,
  clear: readonly C[] | null | undefined,
): Patch<T, C> {
  const values = Object.entries(given).filter(([, value]) => value != null);
  return Object.fromEntries([...values, ...(clear ?? []).map((field) => [field, null])]) as Patch<T, C>;
}

/** What an update writes of its input: undefined stands for "as it is", null clears. */
export const givenOf = <T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
