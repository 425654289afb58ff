import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What a test file says that changes what others would share with it: modules, the environment, its process. */
const DISTURBING =
  /\bvi\.(?:mock|stub|useFake)|\bprocess\.env(?:\[[^\]]*\]|\.\w+)? =|\bassign\(process\.env|\bspyOn\(process\b/;

const files = readdirSync(new URL('test', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file}`);
/** Playwright follows asynchronous calls: from then on all promises of its process take more of the processor. */
const BROWSER = /^test.browser/;
const isolated = files.filter(
  (file) => BROWSER.test(file) || DISTURBING.test(readFileSync(new URL(file, import.meta.url), 'utf8')),
);

const resolve = {
  alias: [
    // As Node.js resolves it; Vite would take the ES modules, and there must be but one graphql.
    { find: /^graphql$/, replacement: 'graphql/index.js' },
    {
      find: /^\.\/password-costs\.ts$/,
      replacement: fileURLToPath(new URL('test/support/password-costs.ts', import.meta.url)),
    },
  ],
};
/** What is polled for comes in a moment, but the machine may be busy. */
const expectations = { poll: { timeout: 10_000 } };
const limits = { testTimeout: 30_000, hookTimeout: 60_000, expect: expectations };

export default defineConfig({
  resolve,
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['./test/support/reporter.ts'],
    pool: 'forks',
    // One more than two processors: some tests mostly wait.
    maxWorkers: 3,
    projects: [
      { resolve, test: { ...limits, name: 'isolated', include: isolated } },
      // Evaluating the sources anew takes seconds a file: these evaluate them once a worker.
      { resolve, test: { ...limits, name: 'shared', include: files, exclude: isolated, isolate: false } },
    ],
  },
});
