import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long for their size. They begin first: otherwise one worker would be busy with the last of them while
 * the others have nothing left. Those that mostly wait stand apart, so that they don't leave the processors idle together.
 */
export const LONG = [
  'test/e2e/lifecycle/lifecycle.test.ts',
  'test/listening/timeouts.test.ts',
  'test/api/graphql/access/viewer-can.test.ts',
  'test/services/access/scopes/deployments.test.ts',
  'test/conformance/conformance.test.ts',
  'test/services/devices/oracle.test.ts',
  'test/examples.test.ts',
  'test/services/platform/live/rollouts.test.ts',
  'test/services/access/scopes/fleet.test.ts',
  'test/services/access/scopes/software.test.ts',
  'test/cli/moving/import-hawkbit.test.ts',
  'test/cli/moving/killed.test.ts',
  'test/cli/moving/older-hawkbit.test.ts',
  'test/cli/simulate.test.ts',
  'test/conformance/configuration.test.ts',
  'test/clients/bouncy-castle.test.ts',
  'test/services/access/scopes/platform.test.ts',
  'test/api/graphql/server/quotas.test.ts',
];

/** Vitest's own order, by size where no run before is known, after those that take long. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const byPath = new Map<string, TestSpecification>();
    for (const file of sorted)
      byPath.set(relative(this.ctx.config.root, file.moduleId).replaceAll('\\', '/'), file);
    const first = LONG.flatMap((path) => byPath.get(path) ?? []);
    return [...first, ...sorted.filter((file) => !first.includes(file))];
  }
}
