import type { RunningImport } from './import.ts';

export interface Progress {
  show(one: RunningImport): void;
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

/** How far an import is: a bar that moves in a terminal, else a line now and then. */
export function openProgress(
  size: number | undefined,
  output: Output,
  now: () => number = () => performance.now(),
): Progress {
  let begun: { at: number; bytes: number; rows: number } | undefined;
  let printedAt = Number.NEGATIVE_INFINITY;
  let hasBar = false;
  const clear = () => {
    if (hasBar) output.write('\r\x1b[K');
    hasBar = false;
  };
  return {
    show(one) {
      const at = now();
      // A resumed import is measured by what it does now.
      begun ??= { at, bytes: one.bytes, rows: one.rows.read };
      const seconds = (at - begun.at) / 1000;
      const line = lineOf(one, size ?? one.bytesTotal ?? undefined, {
        rows: seconds ? (one.rows.read - begun.rows) / seconds : 0,
        bytes: seconds ? (one.bytes - begun.bytes) / seconds : 0,
      });
      if (output.isTTY) {
        clear();
        output.write(line.slice(0, (output.columns ?? 80) - 1));
        hasBar = true;
      } else if (at - printedAt >= PLAIN_EVERY_MS) {
        printedAt = at;
        output.write(`${line.replace(/^\[.*?\] /, '')}\n`);
      }
    },
    note(line) {
      clear();
      output.write(`${line}\n`);
    },
    end: clear,
  };
}

function lineOf(
  { bytes, rows }: RunningImport,
  size: number | undefined,
  rate: { rows: number; bytes: number },
): string {
  const read = `${rows.read.toLocaleString('en')} rows`;
  const speed = rate.rows ? `, ${Math.round(rate.rows).toLocaleString('en')}/s` : '';
  const refused = rows.refused ? `, ${rows.refused.toLocaleString('en')} refused` : '';
  if (!size) return `${read}${speed}${refused}`;
  const share = Math.min(bytes / size, 1);
  const filled = Math.round(share * BAR);
  const left = rate.bytes ? `, ${duration((size - bytes) / rate.bytes)} left` : '';
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]`;
  return `${bar} ${Math.floor(share * 100)} %, ${read}${speed}${left}${refused}`;
}

/** `0:07`, `12:30`, `2:03:00` */
export function duration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, '0') : String(part))).join(':');
}
