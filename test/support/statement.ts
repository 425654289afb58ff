import { sender as realSender } from '../../src/database/statement.ts';

export * from '../../src/database/statement.ts';

/** Stands in a statement of a test itself that the rules are not for. */
export const OF_A_TEST = '/* of a test */';

const met = new Set<string>();
let unseen: string[] = [];

/** The statements that this worker sent for the first time since the last call. */
export function newStatements(): string[] {
  const found = unseen;
  unseen = [];
  return found;
}

/** Counts those since the last call as never sent. */
export function forgetStatements(): void {
  for (const text of newStatements()) met.delete(text);
}

/** A statement as it was sent. */
export interface Sent {
  text: string;
  parameters: readonly unknown[];
}

let recorded: Sent[] | undefined;

/** The statements that are sent while something is done, by whoever in this worker. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<Sent[]> {
  const during: Sent[] = [];
  recorded = during;
  try {
    await work();
    return during;
  } finally {
    recorded = undefined;
  }
}

/** Takes the place of that of the pool, and notes the text of each statement. */
export const sender: typeof realSender = (asked, isNamed) => {
  const send = realSender(asked, isNamed);
  return (text, parameters = [], ...rest) => {
    if (!met.has(text)) {
      met.add(text);
      unseen.push(text);
    }
    recorded?.push({ text, parameters });
    return send(text, parameters, ...rest);
  };
};
