import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Command, Option } from 'commander';
import { unreachable, wrongUsage } from './failure.ts';
import { print } from './print.ts';
import { reasonOf, type ServerOptions, serverOf, withServer } from './server.ts';

interface ExportOptions extends ServerOptions {
  filter?: string;
  format?: 'csv' | 'ndjson';
  output?: string;
}

/** `muster export` */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('writes the targets as a file that can be imported')
    .option('--filter <filter>', 'only those that match, as in name==boiler*;tag==eu')
    .addOption(
      new Option('--format <format>', 'by the name of the file unless given, else csv').choices([
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
  let bytes = 0;
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  body.on('data', (piece: Uint8Array) => {
    bytes += piece.length;
  });
  body.pause();
  if (output === undefined) return pipeline(body, process.stdout, { end: false }).catch(brokenOff);
  const file = createWriteStream(output);
  try {
    await pipeline(body, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'open')
      throw wrongUsage(`${output} cannot be written: ${reasonOf(error)}`);
    // Half a file looks like a whole one.
    await rm(output, { force: true });
    return brokenOff(error);
  }
  print({ file: output, format, bytes }, options, `${output}: ${bytes.toLocaleString('en')} bytes`);
}

function brokenOff(error: unknown): never {
  throw unreachable(`the export broke off (${reasonOf(error)}); nothing of it is complete`);
}
