import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { EXIT, Failure, unreachable, wrongUsage } from './failure.ts';
import { importHawkbitCommand } from './import-hawkbit.ts';
import { wholeNumber } from './lists.ts';
import { counted } from './print.ts';
import { openProgress } from './progress.ts';
import { failureOf, type Server, type ServerOptions, serverOf, withServer } from './server.ts';
import { LostConnection, type RunningImport, upload } from './upload.ts';

interface ImportCommandOptions extends ServerOptions {
  mode: string;
  dryRun?: boolean;
  format?: string;
  delimiter?: string;
  columns?: string;
  resume?: number;
  retries: number;
}

interface Fault {
  line: number;
  controllerId: string | null;
  field?: string;
  message: string;
}

const LOOK_EVERY_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** `muster import FILE`, and `muster import hawkbit` */
export function importCommand(): Command {
  const command = new Command('import')
    .description('brings targets in from a file: CSV with a header, or NDJSON')
    .argument('<file>', '- for standard input')
    .addOption(
      new Option('--mode <mode>', 'create refuses what exists, upsert changes it')
        .choices(['create', 'upsert'])
        .default('create'),
    )
    .option('--dry-run', 'only show what would be refused')
    .addOption(
      new Option('--format <format>', 'default: by the name of the file, otherwise csv').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option(
      '--delimiter <character>',
      'separates the cells of CSV, or the word tab; default: found in the headings',
    )
    .option(
      '--columns <list>',
      'what the columns are: of CSV in their order, as controllerId,-,attribute.hw; of NDJSON by name, as serial=controllerId,note=-; with - for what is left out',
    )
    .option('--resume <id>', 'continue an import of the same file that broke off', wholeNumber)
    .option('--retries <count>', 'tries without progress after the connection broke', wholeNumber, 8);
  // The options of both commands have the same names.
  return withServer(command).action(importFile).enablePositionalOptions().addCommand(importHawkbitCommand());
}

async function importFile(file: string, options: ImportCommandOptions): Promise<void> {
  const server = serverOf(options);
  const size = file === '-' ? undefined : await sizeOf(file);
  const isNdjson = options.format ? options.format === 'ndjson' : /\.(ndjson|jsonl)$/i.test(file);
  const key = randomUUID();
  const which =
    options.resume === undefined
      ? `key=${key}&dryRun=${Boolean(options.dryRun)}`
      : `resume=${options.resume}`;
  const mode = options.resume === undefined ? `&mode=${options.mode}` : '';
  const delimiter = options.delimiter ? `&delimiter=${encodeURIComponent(options.delimiter)}` : '';
  const columns = options.columns ? columnsParameter(options.columns, isNdjson) : '';
  const send = () =>
    upload(server, `imports?${which}${mode}${delimiter}${columns}`, {
      body: file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 }),
      type: isNdjson ? 'application/x-ndjson' : 'text/csv',
      size,
    });
  const path = options.resume === undefined ? `imports?key=${key}` : `imports/${options.resume}`;
  let known: RunningImport | undefined;
  const look = async () => {
    // While the server is away, the last state is shown.
    known = (await lookUp(server, path).catch(() => undefined)) ?? known;
    return known;
  };

  const progress = openProgress(process.stderr);
  const show = ({ bytes, bytesTotal, rows: { read, refused } }: RunningImport) => {
    const whole = size ?? bytesTotal;
    progress.show({ share: whole ? bytes / whole : undefined, rows: read, refused });
  };
  const looking = setInterval(() => void look().then((one) => one && show(one)), LOOK_EVERY_MS);
  const done = await persist(send, look, {
    retries: file === '-' ? 0 : options.retries,
    onLost: (reason, seconds) => progress.note(`${reason}; going on in ${seconds} s`),
  })
    .catch(withHint)
    .finally(() => {
      clearInterval(looking);
      progress.end();
    });
  await report(server, done, options);
  // The report has already said everything.
  if (done.rows.refused) throw new Failure(EXIT.refused, '');
}

/** The list as the server takes it: by place for CSV, by name for NDJSON. */
function columnsParameter(list: string, isNdjson: boolean): string {
  const fieldOf = (text: string) => (text === '-' ? null : text);
  const items = list.split(',').map((item) => item.trim());
  if (!isNdjson) return `&columns=${encodeURIComponent(JSON.stringify(items.map(fieldOf)))}`;
  const fields = items.map((item) => {
    const at = item.indexOf('=');
    if (at < 1) throw wrongUsage(`--columns of NDJSON is a list like serial=controllerId, not '${item}'`);
    return [item.slice(0, at), fieldOf(item.slice(at + 1))] as const;
  });
  return `&fields=${encodeURIComponent(JSON.stringify(Object.fromEntries(fields)))}`;
}

/** Headings of other programs are usual: the command says what to do with them. */
function withHint(error: unknown): never {
  if (!(error instanceof Failure) || !error.message.includes("'controllerId' must be one of them"))
    throw error;
  throw new Failure(
    error.exitCode,
    `${error.message}; say what they are with --columns, for example --columns controllerId,name,-`,
  );
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error) => {
    throw wrongUsage(`${file} cannot be read: ${error.code}`);
  });
  if (found.isDirectory()) throw wrongUsage(`${file} is a folder`);
  return found.size;
}

async function lookUp(server: Server, path: string): Promise<RunningImport | undefined> {
  const answer = (await (await server.fetch(path)).json()) as RunningImport | RunningImport[];
  return Array.isArray(answer) ? answer[0] : answer;
}

/** Sends until everything is imported. After a broken connection it tries again as long as there is progress. */
async function persist(
  send: () => Promise<RunningImport>,
  look: () => Promise<RunningImport | undefined>,
  { retries, onLost }: { retries: number; onLost: (reason: string, seconds: number) => void },
): Promise<RunningImport> {
  let reached = 0;
  let wasThere = false;
  for (let failed = 0; ; failed++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      const now = await look();
      if (now?.state === 'finished') return now;
      if (now?.state === 'failed') throw failureOf(400, JSON.stringify({ message: now.message }));
      if (now && now.bytes > reached) failed = 0;
      reached = now?.bytes ?? reached;
      // If the server never answered, there is no such server, and waiting doesn't help.
      wasThere ||= now !== undefined || !error.neverConnected;
      if (failed >= retries || !wasThere) throw gaveUp(error, now);
      const ms = Math.min(1000 * 2 ** failed, LONGEST_PAUSE_MS);
      onLost(error.message, ms / 1000);
      await pause(ms);
    }
  }
}

function gaveUp({ message }: LostConnection, known: RunningImport | undefined): Failure {
  return unreachable(
    known
      ? `${message}; ${counted(known.rows.read, 'row')} are imported, continue with --resume ${known.id}`
      : message,
  );
}

/** Prints the result and each refused row. JSON is printed piece by piece, because there may be many rows. */
async function report(server: Server, done: RunningImport, { json }: ServerOptions): Promise<void> {
  if (json) process.stdout.write(`{"import":${JSON.stringify(done)},"faults":[`);
  if (done.faults) await printLines(server, `imports/${done.id}/faults`, json ? undefined : sentenceOf);
  if (json) process.stdout.write('],"warnings":[');
  if (done.warnings) await printLines(server, `imports/${done.id}/warnings`, json ? undefined : warningOf);
  if (json) return void process.stdout.write(']}\n');
  const { read, created, updated, refused } = done.rows;
  const would = done.dryRun ? 'would be ' : '';
  const warnings = done.warnings ? `, ${counted(done.warnings, 'warning')}` : '';
  process.stdout.write(
    `import ${done.id}: ${counted(read, 'row')}, ${would}created ${created}, updated ${updated}, refused ${refused}${warnings}\n`,
  );
}

/** Prints lines from the server: as sentences, or as the items of a JSON list. */
async function printLines(server: Server, path: string, inWords?: (fault: Fault) => string): Promise<void> {
  let isFirst = true;
  for await (const line of linesOf(await server.fetch(path))) {
    await write(inWords ? `${inWords(JSON.parse(line))}\n` : `${isFirst ? '' : ','}\n${line}`);
    isFirst = false;
  }
}

/** Writes no faster than it is read. */
async function write(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  // It closes where whoever reads it has gone.
  await new Promise<void>((resolve) => {
    const goOn = () => {
      process.stdout.off('drain', goOn).off('close', goOn);
      resolve();
    };
    process.stdout.on('drain', goOn).on('close', goOn);
  });
}

const sentenceOf = ({ line, controllerId, field, message }: Fault) =>
  `line ${line}${controllerId ? ` (${controllerId})` : ''}: ${field ? `${field}: ` : ''}${message}`;

const warningOf = (warning: Fault) => `warning: ${sentenceOf(warning)}`;

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest) yield rest;
}
