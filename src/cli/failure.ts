/** The exit codes, for scripts. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;

/** A foreseen failure: its message is for people and says what to do. */
export class Failure extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

export const refused = (message: string) => new Failure(EXIT.refused, message);
export const wrongUsage = (message: string) => new Failure(EXIT.usage, message);
export const unreachable = (message: string) => new Failure(EXIT.unreachable, message);
