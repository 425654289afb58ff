import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Command, Option } from 'commander';
import { replaceFile } from '../storage/whole-file.ts';
import { unreachable, wrongUsage } from './failure.ts';
import { print } from './print.ts';
import { openProgress } from './progress.ts';
import { reasonOf, type ServerOptions, serverOf, withServer } from './server.ts';

const LOOK_EVERY_MS = 500;
const LINE_BREAK = 10;

interface ExportOptions extends ServerOptions {
  filter?: string;
  format?: 'csv' | 'ndjson';
  output?: string;
}

/** `muster export` */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('writes the targets as a file that can be imported')
    .option('--filter <filter>', 'only those that match, for example name==boiler*;tag==eu')
    .addOption(
      new Option('--format <format>', 'default: by the name of the file, otherwise csv').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option('-o, --output <file>', 'instead of standard output');
  return withServer(command).action(exportFile);
}

async function exportFile(options: ExportOptions): Promise<void> {
  const { filter, output } = options;
  const format = options.format ?? (/\.(ndjson|jsonl)$/i.test(output ?? '') ? 'ndjson' : 'csv');
  const query = new URLSearchParams({ format, ...(filter !== undefined && { filter }) });
  const response = await serverOf(options).fetch(`exports?${query}`);
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  const counted = countingRows(body, format);
  const total = Number(response.headers.get('x-total-count'));
  const progress = openProgress(process.stderr);
  // A bar is only for a terminal that doesn't show the file itself.
  const isWatched = process.stderr.isTTY && (output !== undefined || !process.stdout.isTTY);
  const show = () => progress.show({ share: total ? counted.rows / total : undefined, rows: counted.rows });
  const looking = isWatched ? setInterval(show, LOOK_EVERY_MS) : undefined;
  await write(body, output).finally(() => {
    clearInterval(looking);
    progress.end();
  });
  const { bytes } = counted;
  if (output !== undefined)
    print({ file: output, format, bytes }, options, `${output}: ${bytes.toLocaleString('en')} bytes`);
}

/** Counts bytes and rows as they pass. Rows are counted by line breaks, which a cell may also have. */
function countingRows(body: Readable, format: 'csv' | 'ndjson'): { rows: number; bytes: number } {
  const counted = { rows: format === 'csv' ? -1 : 0, bytes: 0 };
  body.on('data', (piece: Uint8Array) => {
    counted.bytes += piece.length;
    for (let at = piece.indexOf(LINE_BREAK); at >= 0; at = piece.indexOf(LINE_BREAK, at + 1)) counted.rows++;
  });
  body.pause();
  return counted;
}

async function write(body: Readable, output: string | undefined): Promise<void> {
  if (output === undefined) return pipeline(body, process.stdout, { end: false }).catch(brokenOff);
  // What is wrong with it before it is read is met there.
  body.on('error', () => {});
  try {
    // For its owner only, as there may be tokens in it.
    await replaceFile(output, body);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'open')
      throw wrongUsage(`${output} cannot be written: ${reasonOf(error)}`);
    return brokenOff(error);
  }
}

function brokenOff(error: unknown): never {
  throw unreachable(`the export broke off (${reasonOf(error)}); nothing of it is complete`);
}
