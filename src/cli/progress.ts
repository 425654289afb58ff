/** How far a transfer is. */
export interface Advance {
  /** 0 to 1; undefined if the total isn't known. */
  share: number | undefined;
  rows: number;
  refused?: number;
}

export interface Progress extends Omit<Line, 'show'> {
  show(advance: Advance): void;
}

/** A line that changes. */
export interface Line {
  show(line: string): void;
  /** A line that stays. */
  note(line: string): void;
  end(): void;
}

const BAR = 20;
const PLAIN_EVERY_MS = 5_000;

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Shows how far a transfer is: a bar in a terminal, otherwise a line every few seconds. */
export function openProgress(output: Output, now: () => number = () => performance.now()): Progress {
  let begun: { at: number; share: number; rows: number } | undefined;
  const shown = openLine(output, now);
  return {
    ...shown,
    show(advance) {
      const { share = 0, rows } = advance;
      const at = now();
      // The speed of a resumed import counts only from now on.
      begun ??= { at, share, rows };
      const seconds = (at - begun.at) / 1000;
      const line = lineOf(advance, {
        rows: seconds ? (rows - begun.rows) / seconds : 0,
        share: seconds ? (share - begun.share) / seconds : 0,
      });
      shown.show(output.isTTY ? line : line.replace(/^\[.*?\] /, ''));
    },
  };
}

/** Shows how things are: a line in a terminal that is written over, otherwise a new one every few seconds. */
export function openLine(output: Output, now: () => number = () => performance.now()): Line {
  let printedAt = Number.NEGATIVE_INFINITY;
  let isThere = false;
  const clear = () => {
    if (isThere) output.write('\r\x1b[K');
    isThere = false;
  };
  return {
    show(line) {
      const at = now();
      if (output.isTTY) {
        clear();
        output.write(line.slice(0, (output.columns || 80) - 1));
        isThere = true;
      } else if (at - printedAt >= PLAIN_EVERY_MS) {
        printedAt = at;
        output.write(`${line}\n`);
      }
    },
    note(line) {
      clear();
      output.write(`${line}\n`);
    },
    end: clear,
  };
}

function lineOf({ share, rows, refused = 0 }: Advance, rate: { rows: number; share: number }): string {
  const read = `${rows.toLocaleString('en')} rows`;
  const speed = rate.rows ? `, ${Math.round(rate.rows).toLocaleString('en')}/s` : '';
  const faults = refused ? `, ${refused.toLocaleString('en')} refused` : '';
  if (share === undefined) return `${read}${speed}${faults}`;
  const left = rate.share ? `, ${duration((1 - Math.min(share, 1)) / rate.share)} left` : '';
  return `${barOf(share)}${read}${speed}${left}${faults}`;
}

/** `[##------------------] 10 %, `, or nothing where the share isn't known. */
export function barOf(share: number | undefined): string {
  if (share === undefined) return '';
  const done = Math.min(share, 1);
  const filled = Math.round(done * BAR);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${Math.floor(done * 100)} %, `;
}

/** `0:07`, `12:30`, `2:03:00` */
export function duration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, '0') : String(part))).join(':');
}
