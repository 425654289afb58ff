import type { Connection } from '../../src/database/connection.ts';
import { autoAssigner } from '../../src/services/deployments/auto-assignments/run.ts';
import { openRunner } from '../../src/services/deployments/rollouts/run.ts';
import type { Platform } from '../../src/services/shared/context.ts';
import { runPeriodically } from '../../src/services/shared/periodic.ts';
import { openTestPlatform } from '../support/platform.ts';

const EVERY_MS = 50;

/** What a server does by itself every few seconds. */
export interface Jobs {
  /** Waits until each job has looked at everything once more. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Opens one more process beside a server, whose jobs look more often than the server's: nobody waits seconds for them. */
export async function openJobs(connection: Connection, onError: (error: unknown) => void): Promise<Jobs> {
  const { platform, close } = await openTestPlatform(connection);
  const runner = openRunner(platform, onError, EVERY_MS);
  const jobs = [
    openJob(platform, 'rollouts', runner.run, onError),
    openJob(platform, 'auto-assignments', autoAssigner(platform, onError), onError),
  ];
  return {
    async look() {
      await Promise.all(jobs.map((job) => job.look()));
    },
    async close() {
      runner.stop();
      await Promise.all(jobs.map((job) => job.close()));
      await close();
    },
  };
}

function openJob(
  { database }: Platform,
  name: string,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
) {
  let looks = 0;
  const counted = async () => {
    await work();
    looks++;
  };
  const { close } = runPeriodically(database, { name, everyMs: EVERY_MS, work: counted, onError });
  return {
    close,
    async look() {
      // The one under way began before.
      const enough = looks + 2;
      while (looks < enough) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}
