import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { wrongUsage } from '../failure.ts';
import type { Tally } from './report.ts';

/** How far a move has come. It has no secret. */
interface State {
  /** From where to where. */
  way: string;
  /** The steps that are done. */
  done: string[];
  /** Where the step under way stands. */
  at: { step: string; position: number } | null;
  tallies: Tally[];
}

/** Remembers in a file how far a move has come, so that a run that was ended goes on there. */
export interface Memory {
  readonly tallies: readonly Tally[];
  readonly resumes: boolean;
  isDone(step: string): boolean;
  /** Where a step goes on; 0 where it has not begun. */
  positionOf(step: string): number;
  reached(step: string, position: number, tallies: readonly Tally[]): Promise<void>;
  done(step: string, tallies: readonly Tally[]): Promise<void>;
  /** All is done: the next run begins anew. */
  forget(): Promise<void>;
}

/** For runs that write nothing. */
export const NO_MEMORY: Memory = {
  tallies: [],
  resumes: false,
  isDone: () => false,
  positionOf: () => 0,
  async reached() {},
  async done() {},
  async forget() {},
};

/** Of another way, what the file has counts for nothing. @throws Failure if it can't be written */
export async function openMemory(file: string, way: string, anew = false): Promise<Memory> {
  const before = anew ? undefined : await readState(file);
  const state: State = before?.way === way ? before : { way, done: [], at: null, tallies: [] };
  const save = async (tallies: readonly Tally[]) => {
    state.tallies = [...tallies];
    // A file that is half written would be worth nothing.
    try {
      await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw wrongUsage(
        `--state: ${file} cannot be written (${code}): how far it came could not be remembered`,
      );
    }
  };
  await save(state.tallies);
  return {
    tallies: [...state.tallies],
    resumes: state.done.length > 0 || state.at !== null,
    isDone: (step) => state.done.includes(step),
    positionOf: (step) => (state.at?.step === step ? state.at.position : 0),
    async reached(step, position, tallies) {
      state.at = { step, position };
      await save(tallies);
    },
    async done(step, tallies) {
      state.done.push(step);
      state.at = null;
      await save(tallies);
    },
    forget: () => rm(file, { force: true }),
  };
}

async function readState(file: string): Promise<State | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as State;
  } catch {
    return undefined;
  }
}
