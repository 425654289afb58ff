import { Command } from 'commander';
import { listOf, wholeNumber } from './lists.ts';
import { print, table } from './print.ts';
import { type ServerOptions, serverOf, withServer } from './server.ts';

interface Import {
  number: number;
  state: string;
  rowsRead: number;
  rowsCreated: number;
  rowsUpdated: number;
  rowsRefused: number;
  startedAt: string;
  startedBy: string;
}

const FIELDS =
  'id number state mode dryRun rowsRead rowsCreated rowsUpdated rowsRefused message startedAt startedBy finishedAt';

/** `muster imports …`: what became of imports. */
export function importsCommand(): Command {
  const imports = new Command('imports').description('imports so far: list, and their refused rows');
  withServer(imports.command('list').description('lists imports, the newest first'))
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .action(list);
  withServer(
    imports
      .command('refused <number>')
      .description('prints the refused rows as they were sent, with the reason'),
  ).action(refusedRows);
  return imports;
}

async function list(options: ServerOptions & { limit: number }): Promise<void> {
  const found = await listOf<Import>(serverOf(options), 'imports', FIELDS, { limit: options.limit });
  const rows = found.map((one) => [
    String(one.number),
    one.state,
    ...[one.rowsRead, one.rowsCreated, one.rowsUpdated, one.rowsRefused].map(String),
    one.startedAt,
    one.startedBy,
  ]);
  const header = ['import', 'state', 'rows', 'created', 'updated', 'refused', 'started', 'by'];
  print(found, options, table(header, rows));
}

async function refusedRows(number: string, options: ServerOptions): Promise<void> {
  const answer = await serverOf(options).fetch(`imports/${encodeURIComponent(number)}/refused`);
  process.stdout.write(await answer.text());
}
