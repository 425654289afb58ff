import { cleanUpActions } from './services/deployments/actions/clean-up.ts';
import { autoAssigner } from './services/deployments/auto-assignments/run.ts';
import { openRollouts } from './services/deployments/rollouts/run.ts';
import { forgetOldAuditEvents } from './services/platform/audit/forget-old.ts';
import { openWebhooks } from './services/platform/webhooks/run.ts';
import type { Platform } from './services/shared/context.ts';
import { runPeriodically } from './services/shared/periodic.ts';
import { removeOldOrphans } from './services/software/artifacts/orphans.ts';

const FORGET_EVERY_MS = 600_000;
/** As often as hawkBit. */
const AUTO_ASSIGN_EVERY_MS = 2_000;
/** How often what uploads left behind is looked for. */
const SWEEP_EVERY_MS = 60 * 60 * 1000;

export interface Jobs {
  /** Does now what may have been missed. */
  hurry(): void;
  /** Those under way end at their next step; nothing is begun any more once `close` is called. */
  stop(): void;
  /** Waits for those under way. */
  close(): Promise<void>;
}

/** Begins what goes on without being asked: each job in one process of all at a time. */
export function openJobs(platform: Platform, onError: (error: unknown) => void): Jobs {
  const { database, clock } = platform;
  let stopping = false;
  const isStopping = () => stopping;
  const autoAssign = autoAssigner(platform, onError);
  const periodic = [
    runPeriodically(database, {
      name: 'audit retention',
      everyMs: FORGET_EVERY_MS,
      work: async (tx) => void (await forgetOldAuditEvents(tx, clock())),
      onError,
    }),
    runPeriodically(database, {
      name: 'orphaned contents',
      everyMs: SWEEP_EVERY_MS,
      work: (tx) => removeOldOrphans(tx, platform, onError),
      onError,
    }),
    runPeriodically(database, {
      name: 'auto-assignments',
      everyMs: AUTO_ASSIGN_EVERY_MS,
      work: () => autoAssign(isStopping),
      onError,
    }),
    runPeriodically(database, {
      name: 'action retention',
      everyMs: FORGET_EVERY_MS,
      work: () => cleanUpActions(platform, isStopping),
      onError,
    }),
  ];
  const others = [openRollouts(platform, onError), openWebhooks(platform, onError)];
  return {
    hurry() {
      for (const job of periodic) job.hurry();
    },
    stop() {
      stopping = true;
    },
    async close() {
      await Promise.all([...periodic, ...others].map((job) => job.close()));
    },
  };
}
