/** What became of the things of a kind. */
export interface Tally {
  what: string;
  /** In hawkBit. */
  found: number;
  created: number;
  changed: number;
  same: number;
  refused: number;
}

/** One difference between both sides. */
export interface Difference {
  what: string;
  title: string;
  /** Of which field; null where all of it is missing on one side. */
  field: string | null;
  hawkbit: unknown;
  muster: unknown;
}

/** Something that was left out, or could not be taken over, and why. */
export interface Note {
  what: string;
  title: string;
  message: string;
}

export interface Report {
  tally(what: string): Tally;
  tallies(): readonly Tally[];
  difference(difference: Difference): void;
  note(note: Note): void;
  /** Shows how far it is with a kind. */
  progress(what: string, done: number, total: number | undefined): void;
  differences: number;
  notes: number;
}

export interface Output {
  difference(difference: Difference): void;
  note(note: Note): void;
  progress(what: string, done: number, total: number | undefined): void;
}

/** Counts what is told, and passes it on. */
export function openReport(output: Output, before: readonly Tally[] = []): Report {
  const tallies = new Map(before.map((tally) => [tally.what, { ...tally }]));
  const report: Report = {
    differences: 0,
    notes: 0,
    tallies: () => [...tallies.values()],
    tally(what) {
      const tally = tallies.get(what) ?? { what, found: 0, created: 0, changed: 0, same: 0, refused: 0 };
      tallies.set(what, tally);
      return tally;
    },
    difference(difference) {
      report.differences++;
      output.difference(difference);
    },
    note(note) {
      report.notes++;
      output.note(note);
    },
    progress: output.progress,
  };
  return report;
}

/** Fields whose values are told to nobody. */
const SECRETS = new Set(['securityToken', 'authentication.gatewaytoken.key']);

export const shown = (field: string, value: unknown): unknown =>
  SECRETS.has(field) && value !== undefined && value !== '' ? '(secret)' : value;
