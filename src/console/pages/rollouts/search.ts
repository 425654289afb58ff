export interface NewRolloutSearch {
  /** The number of the distribution set that is chosen already. */
  set?: number;
}

export const newRolloutSearchOf = ({ set }: Record<string, unknown>): NewRolloutSearch =>
  Number.isSafeInteger(set) ? { set: set as number } : {};
