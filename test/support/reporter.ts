import { DefaultReporter, type TestModule } from 'vitest/node';

/** Suites that `npm test` leaves to a command of their own. */
const OWN_COMMANDS = ['attacks', 'browser', 'faults'];

/** Vitest's own report, and as its last line the counts in words that scripts can rely on. */
export default class CountingReporter extends DefaultReporter {
  override onTestRunEnd(...end: Parameters<DefaultReporter['onTestRunEnd']>): void {
    super.onTestRunEnd(...end);
    const [modules, unhandledErrors, reason] = end;
    const passed = modules.reduce((sum, module) => sum + count(module, 'passed'), 0);
    const failed = modules.reduce((sum, module) => sum + count(module, 'failed') + brokenParts(module), 0);
    const broken = failed + unhandledErrors.length;
    // Where the set-up fails no test does: none has begun.
    const names = this.ctx.projects.map(({ name }) => name);
    for (const suite of OWN_COMMANDS.filter((name) => !names.includes(name)))
      this.ctx.logger.log(`Left out: the tests in test/${suite}. \`npm run test:${suite}\` runs them.`);
    this.ctx.logger.log(`${passed} passed, ${reason === 'failed' ? Math.max(broken, 1) : broken} failed`);
  }
}

const count = (module: TestModule, state: 'passed' | 'failed') => [...module.children.allTests(state)].length;

/** What failed outside of any test: a file that doesn't load, a hook. */
const brokenParts = (module: TestModule) =>
  [module, ...module.children.allSuites()].filter((part) => part.errors().length > 0).length;
