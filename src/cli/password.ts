import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { wrongUsage } from './failure.ts';

/**
 * A password that was given, or `-` for the first line of standard input; in a terminal it is asked for, and not shown.
 * @throws Failure where there is no way to have it
 */
export async function passwordOf(
  given: string | undefined,
  { of, variable }: { of: string; variable: string },
) {
  if (given !== undefined && given !== '-') return given;
  if (given === undefined && !process.stdin.isTTY)
    throw wrongUsage(`say the password of ${of}: by ${variable}, or by --password - on standard input`);
  const silent = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  // Only now: what is typed isn't shown any more.
  if (process.stdin.isTTY) process.stderr.write(`password of ${of}: `);
  try {
    for await (const line of lines) return line;
    throw wrongUsage(`standard input has no password of ${of}`);
  } finally {
    lines.close();
    if (process.stdin.isTTY) process.stderr.write('\n');
  }
}
