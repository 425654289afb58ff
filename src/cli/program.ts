import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../config.ts';
import { UnfitDatabaseError } from '../database/migrate.ts';
import { DomainError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { apiKeyCommand } from './api-key.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { capacityCommand } from './capacity.ts';
import { completionCommand } from './completion.ts';
import { configCommand } from './config.ts';
import { migrateCommand } from './database.ts';
import { exportCommand } from './export.ts';
import { EXIT, Failure } from './failure.ts';
import { importCommand } from './import.ts';
import { importsCommand } from './imports.ts';
import { rolloutsCommand } from './rollouts.ts';
import { secretsCommand } from './secrets.ts';
import { simulateCommand } from './simulate.ts';
import { assignCommand, softwareCommand } from './software.ts';
import { targetsCommand } from './targets.ts';
import { tokenCommand } from './token.ts';
import { userCommand } from './user.ts';

const serveCommand = () =>
  new Command('serve')
    .description('runs the server; its settings are environment variables, see docs/settings.md')
    .action(async () => {
      await import('../main.ts');
    });

/** Runs the command of these arguments. @returns its exit code */
export async function runCommand(args: readonly string[]): Promise<number> {
  const program = new Command('muster')
    .description('updates and provisions devices: the server, and commands that use one')
    .version(VERSION, '--version', 'print the version')
    // For `import hawkbit`, some of whose options are named as those of `import`.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 refused (for an import: some rows), 2 wrong usage, 3 server or database not available.`,
    );
  const commands = [
    serveCommand,
    configCommand,
    migrateCommand,
    backupCommand,
    restoreCommand,
    userCommand,
    apiKeyCommand,
    tokenCommand,
    targetsCommand,
    softwareCommand,
    assignCommand,
    rolloutsCommand,
    importCommand,
    importsCommand,
    exportCommand,
    simulateCommand,
    capacityCommand,
    secretsCommand,
  ];
  for (const command of commands) program.addCommand(command());
  program.addCommand(completionCommand(() => program));
  prepare(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** Without this Commander ends the process itself, always with code 1. */
function prepare(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'muster:')) });
  for (const inner of command.commands) prepare(inner);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Failure) {
    if (message) process.stderr.write(`muster: ${message}\n`);
    return error.exitCode;
  }
  if (error instanceof ConfigurationError || error instanceof DomainError) {
    process.stderr.write(`${message.replace(/^/gm, 'muster: ')}\n`);
    return error instanceof DomainError ? EXIT.refused : EXIT.usage;
  }
  const { cause } = error as { cause?: { code?: unknown } };
  if (error instanceof TypeError && typeof cause?.code === 'string') {
    // An answer that breaks off, as fetch tells it.
    process.stderr.write(`muster: the connection broke (${cause.code})\n`);
    return EXIT.unreachable;
  }
  const isForeseen =
    error instanceof UnfitDatabaseError || typeof (error as { code?: unknown }).code === 'string';
  process.stderr.write(`muster: ${isForeseen ? message : (error as Error).stack}\n`);
  return EXIT.unreachable;
}
