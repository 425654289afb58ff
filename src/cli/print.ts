/** Prints a result: as JSON with `--json`, otherwise as lines for people. */
export function print(
  result: unknown,
  { json }: { json?: boolean },
  lines: string | readonly string[],
): void {
  const text = json ? JSON.stringify(result, null, 2) : [lines].flat().join('\n');
  if (text) process.stdout.write(`${text}\n`);
}

/** Rows of cells as columns, under a header. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]!.length)));
  return [header, ...rows].map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd(),
  );
}

export const counted = (count: number, word: string) =>
  `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
