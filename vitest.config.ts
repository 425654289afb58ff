import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst, { LONG } from './test/support/sequencer.ts';

const files = readdirSync(new URL('test', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file.replaceAll('\\', '/')}`);
/** Suites with a command of their own, such as `npm run test:browser`: the folders of that name. */
const SUITES = ['attacks', 'browser', 'faults', 'fuzz'];
const suiteOf = (file: string) => SUITES.find((suite) => file.startsWith(`test/${suite}/`));
// The files of a project share their modules in a worker, as evaluating the sources anew takes seconds.
for (const file of files)
  if (/\bvi\.mock\b/.test(readFileSync(new URL(file, import.meta.url), 'utf8')))
    throw new Error(
      `${file} replaces a module for all files after it: use vi.spyOn, and restore it at the end.`,
    );
for (const file of LONG)
  if (!files.includes(file)) throw new Error(`${file} is gone: take it out of test/support/sequencer.ts.`);

const resolve = {
  alias: [
    // As Node.js resolves it; Vite would take the ES modules, and there must be but one graphql.
    { find: /^graphql$/, replacement: 'graphql/index.js' },
    {
      find: /^\.\/statement\.ts$/,
      replacement: fileURLToPath(new URL('test/support/statement.ts', import.meta.url)),
    },
    {
      find: /^\.\/lateness\.ts$/,
      replacement: fileURLToPath(new URL('test/support/lateness.ts', import.meta.url)),
    },
    {
      find: /^\.\/password-costs\.ts$/,
      replacement: fileURLToPath(new URL('test/support/password-costs.ts', import.meta.url)),
    },
  ],
};
/** What is polled for comes in a moment, but the machine may be busy. */
const expectations = { poll: { timeout: 10_000 } };
/** A statement takes ten times as long on the nodes of a Citus that are all on one machine. */
const testTimeout = process.env['MUSTER_TEST_CITUS'] ? 120_000 : 30_000;
const limits = { testTimeout, hookTimeout: 60_000, expect: expectations };

/** A browser starts, and shows page after page, while others do so beside it: what hangs says so long before. */
const browserLimits = { testTimeout: 180_000, hookTimeout: 180_000 };

const project = (name: string, include: string[]) => ({
  resolve,
  test: {
    ...limits,
    ...(name === 'browser' && browserLimits),
    name,
    include,
    isolate: false,
    // Statements of the sources, and what was logged, are looked at when a file's tests have run.
    setupFiles: ['test/support/statement-rules.ts', 'test/support/log-rules.ts', 'test/support/seed.ts'],
  },
});

export default defineConfig({
  resolve,
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['./test/support/reporter.ts'],
    pool: 'forks',
    // One more than two processors: some tests mostly wait.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      project(
        'shared',
        files.filter((file) => !suiteOf(file)),
      ),
      ...SUITES.map((suite) =>
        project(
          suite,
          files.filter((file) => suiteOf(file) === suite),
        ),
      ),
    ],
  },
});
