import { afterAll, expect } from 'vitest';
import { forgetStatements, newStatements, OF_A_TEST } from './statement.ts';

// The others are about databases and machines, and send statements of their own.
const HELD_IN = /\/test\/(services|api|e2e|conformance)\//;

afterAll(async () => {
  if (!HELD_IN.test(expect.getState().testPath?.replaceAll('\\', '/') ?? '')) {
    forgetStatements();
    return;
  }
  const texts = newStatements().filter((text) => !text.includes(OF_A_TEST));
  if (!texts.length) return;
  const { faultsOf } = await import('./statement-faults.ts');
  const faults = texts.flatMap((text) => faultsOf(text).map((fault) => `${fault}: ${text.trim()}`));
  if (faults.length)
    throw new Error(
      `Statements must do for every PostgreSQL (see src/database/all-tenants.ts):\n${faults.join('\n\n')}`,
    );
});
