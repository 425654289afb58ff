#!/usr/bin/env node
import { runCommand } from './program.ts';

// Whoever reads the output may have enough of it, as `head` has. A backup or an export says itself that it is not whole.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommand(process.argv.slice(2));
