import { Command, Option } from 'commander';
import { EXIT, Failure, refused, wrongUsage } from './failure.ts';
import { wholeNumber } from './lists.ts';
import { type Mode, openKnown } from './moving/move.ts';
import { prove, requireRoom } from './moving/prove.ts';
import { type Difference, type Note, openReport, type Report } from './moving/report.ts';
import { Refusal, Side } from './moving/side.ts';
import { NO_MEMORY, openMemory } from './moving/state.ts';
import { type Choice, moveAll } from './moving/steps.ts';
import { passwordOf } from './password.ts';
import { counted, print, table } from './print.ts';
import { barOf, openLine } from './progress.ts';

interface Options extends Partial<Choice> {
  url: string;
  user?: string;
  password?: string;
  bearerToken?: string;
  to: string;
  toUser?: string;
  toPassword?: string;
  toBearerToken?: string;
  dryRun?: boolean;
  verify?: boolean;
  concurrency: number;
  retries: number;
  state: string;
  restart?: boolean;
  json?: boolean;
}

/** Notes that are kept for `--json`; the others are only counted. */
const MOST_NOTES = 10_000;

/** `muster import hawkbit` */
export const importHawkbitCommand = (): Command =>
  new Command('hawkbit')
    .description(
      'brings all of a tenant over from a running hawkBit; starts nothing, and goes on where it stopped',
    )
    .addOption(new Option('--url <url>', 'the hawkBit').env('HAWKBIT_URL').makeOptionMandatory())
    .addOption(new Option('--user <name>', 'who signs in to it; tenant\\name').env('HAWKBIT_USER'))
    .addOption(
      new Option(
        '--password <password>',
        'better set in the environment; - reads it from standard input',
      ).env('HAWKBIT_PASSWORD'),
    )
    .addOption(new Option('--bearer-token <token>', 'instead of user and password').env('HAWKBIT_TOKEN'))
    .addOption(new Option('--to <url>', 'the Muster').env('MUSTER_URL').default('http://127.0.0.1:8080'))
    .addOption(new Option('--to-user <name>', 'who signs in to it').env('MUSTER_USER'))
    .addOption(new Option('--to-password <password>', 'better set in the environment').env('MUSTER_PASSWORD'))
    .addOption(new Option('--to-bearer-token <token>', 'better set in the environment').env('MUSTER_TOKEN'))
    .option('--dry-run', 'only count what would be done')
    .option('--verify', 'compare both sides, and list every difference')
    .option('--actions', 'also assign again what devices have still to do')
    .option('--start-auto-assignments', 'let them assign at once, rather than wait to be started')
    .option('--all-rollouts', 'also those that are over')
    .option('--concurrency <count>', 'requests to hawkBit at the same time', wholeNumber, 8)
    .option('--retries <count>', 'how often a request is sent again to a busy server', wholeNumber, 8)
    .option('--state <file>', 'remembers how far it came', 'muster-import-hawkbit.json')
    .option('--restart', 'begin anew instead of going on')
    .option('--json', 'print JSON, for programs')
    .action(importHawkbit);

async function importHawkbit(options: Options): Promise<void> {
  const mode = modeOf(options);
  const choice = {
    actions: options.actions ?? false,
    startAutoAssignments: options.startAutoAssignments ?? false,
    allRollouts: options.allRollouts ?? false,
  };
  const { hawkbit, muster } = await sidesOf(options);
  await prove(hawkbit, muster).catch(explained);
  if (mode !== 'verify') await requireRoom(hawkbit, muster).catch(explained);
  const way = [hawkbit.url.href, options.user, muster.url.href, options.toUser, JSON.stringify(choice)].join(
    ' ',
  );
  const memory = mode === 'import' ? await openMemory(options.state, way, options.restart) : NO_MEMORY;
  const line = openLine(process.stderr);
  if (memory.resumes) line.note(`going on where ${options.state} says it stopped; --restart begins anew`);
  const { report, notes } = openOutput(line, memory.tallies, options);
  try {
    const width = Math.max(1, Math.min(options.concurrency, 64));
    await moveAll(
      { hawkbit: openKnown(hawkbit), muster: openKnown(muster), mode, report, memory, width },
      choice,
    );
  } catch (error) {
    if (mode === 'import') line.note('not finished: the same command goes on from here');
    explained(error);
  } finally {
    line.end();
  }
  tell(report, notes, mode, options);
  // What was told says it all; a part of it maybe before this run went on.
  const hasLeftOut = report.tallies().some(({ refused }) => refused > 0);
  if (report.differences || hasLeftOut) throw new Failure(EXIT.refused, '');
}

function modeOf({ dryRun, verify }: Options): Mode {
  if (dryRun && verify) throw wrongUsage('--dry-run and --verify are two things');
  return dryRun ? 'dry-run' : verify ? 'verify' : 'import';
}

async function sidesOf(options: Options): Promise<{ hawkbit: Side; muster: Side }> {
  const { url, user, bearerToken, retries } = options;
  const muster = new Side(
    {
      url: options.to,
      ...(options.toUser !== undefined && { user: options.toUser }),
      ...(options.toPassword !== undefined && { password: options.toPassword }),
      ...(options.toBearerToken !== undefined && { bearerToken: options.toBearerToken }),
    },
    { name: 'Muster', retries },
  );
  if (bearerToken) return { hawkbit: new Side({ url, bearerToken }, { name: 'hawkBit', retries }), muster };
  if (!user) throw wrongUsage('say who signs in to hawkBit: HAWKBIT_USER or --user');
  const password = await passwordOf(options.password, { of: 'hawkBit', variable: 'HAWKBIT_PASSWORD' });
  return { hawkbit: new Side({ url, user, password }, { name: 'hawkBit', retries }), muster };
}

function explained(error: unknown): never {
  throw error instanceof Refusal ? refused(error.message) : error;
}

const DRAW_EVERY_MS = 200;

/** Where what is found goes: differences at once, as there may be many; the rest at the end. */
function openOutput(
  line: ReturnType<typeof openLine>,
  before: ReturnType<Report['tallies']>,
  { json }: Options,
) {
  const notes: Note[] = [];
  let differences = 0;
  let drawnAt = 0;
  if (json) process.stdout.write('{"differences":[');
  const report = openReport(
    {
      difference(difference) {
        line.end();
        process.stdout.write(
          json ? `${differences++ ? ',' : ''}\n${JSON.stringify(difference)}` : `${sentenceOf(difference)}\n`,
        );
      },
      note(note) {
        if (notes.length < MOST_NOTES) notes.push(note);
        line.note(`left out: ${note.what}: ${note.title}: ${note.message}`);
      },
      progress(what, done, total) {
        const now = performance.now();
        if (now - drawnAt < DRAW_EVERY_MS && done !== total) return;
        drawnAt = now;
        const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`;
        const bar = process.stderr.isTTY && total ? barOf(done / total) : '';
        line.show(`${bar}${what}: ${done.toLocaleString('en')}${of}`);
      },
    },
    before,
  );
  return { report, notes };
}

function sentenceOf({ what, title, field, hawkbit, muster }: Difference): string {
  if (field === null) return `${what}: ${title}: only in ${hawkbit === null ? 'Muster' : 'hawkBit'}`;
  return `${what}: ${title}: ${field}: hawkBit ${JSON.stringify(hawkbit)}, Muster ${JSON.stringify(muster)}`;
}

function tell(report: Report, notes: Note[], mode: Mode, options: Options): void {
  const tallies = report.tallies();
  if (options.json) {
    const rest = {
      mode,
      kinds: tallies,
      notes,
      noteCount: report.notes,
      differenceCount: report.differences,
    };
    return void process.stdout.write(`],${JSON.stringify(rest).slice(1)}\n`);
  }
  if (mode === 'verify') {
    const { differences } = report;
    return void print(null, options, differences ? counted(differences, 'difference') : 'no difference');
  }
  const would = mode === 'dry-run' ? 'would be ' : '';
  const rows = tallies.map(({ what, found, created, changed, same, refused }) => [
    what,
    ...[found, created, changed, same, refused].map((count) => count.toLocaleString('en')),
  ]);
  const header = ['', 'in hawkBit', `${would}created`, `${would}changed`, 'same', 'left out'];
  print(null, options, [...table(header, rows), `nothing ${would ? 'was written' : 'has been started'}`]);
}
