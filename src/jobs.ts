import { cleanUpActions } from './services/deployments/actions/clean-up.ts';
import { autoAssigner } from './services/deployments/auto-assignments/run.ts';
import { openRollouts } from './services/deployments/rollouts/run.ts';
import { forgetExpiredCertificates } from './services/devices/issued-certificates/forget-expired.ts';
import { endOverlaps } from './services/fleet/claims/end-overlaps.ts';
import { writeFleetHistory } from './services/fleet/history/write.ts';
import { forgetOldImports } from './services/fleet/imports/forget.ts';
import { forgetOldJobs } from './services/jobs/forget-old.ts';
import { openJobRunner } from './services/jobs/run.ts';
import { forgetOldAuditEvents } from './services/platform/audit/forget-old.ts';
import { rewriteSecrets } from './services/platform/secrets/rewrite.ts';
import { openWebhooks } from './services/platform/webhooks/run.ts';
import type { Platform } from './services/shared/context.ts';
import { runPeriodically } from './services/shared/periodic.ts';
import { removeOldOrphans } from './services/software/artifacts/orphans.ts';

const FORGET_EVERY_MS = 600_000;
/** Often enough that each five minutes are written soon after their end. */
const HISTORY_EVERY_MS = 60_000;
/** As often as hawkBit. */
const AUTO_ASSIGN_EVERY_MS = 2_000;
/** How soon the list of revoked certificates has those of a device that changed hands, after its overlap. */
const OVERLAPS_EVERY_MS = 60_000;
/** How often secrets are searched that another process has stored with a former key. */
const REWRITE_EVERY_MS = 6 * 60 * 60 * 1000;
/** How often leftovers of uploads are searched. */
const SWEEP_EVERY_MS = 60 * 60 * 1000;

export interface Jobs {
  /** Runs all jobs now, because runs may have been missed. */
  hurry(): void;
  /** Running jobs end at their next step; no job starts after `close` is called. */
  stop(): void;
  /** Waits for running jobs. */
  close(): Promise<void>;
}

/** Starts the jobs that run regularly: each in only one of all processes at a time. */
export function openJobs(platform: Platform, onError: (error: unknown) => void): Jobs {
  const { database, clock, secrets } = platform;
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
      name: 'job retention',
      everyMs: FORGET_EVERY_MS,
      work: (tx) => forgetOldJobs(tx, clock()),
      onError,
    }),
    runPeriodically(database, {
      name: 'import retention',
      everyMs: FORGET_EVERY_MS,
      work: (tx) => forgetOldImports(tx, clock()),
      onError,
    }),
    runPeriodically(database, {
      name: 'certificate retention',
      everyMs: FORGET_EVERY_MS,
      work: (tx) => forgetExpiredCertificates(tx, clock()),
      onError,
    }),
    runPeriodically(database, {
      name: 'ended overlaps',
      everyMs: OVERLAPS_EVERY_MS,
      work: () => endOverlaps(platform, isStopping),
      onError,
    }),
    openJobRunner(platform, onError),
    runPeriodically(database, {
      name: 'fleet history',
      everyMs: HISTORY_EVERY_MS,
      work: () => writeFleetHistory(database, clock(), isStopping),
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
  if (secrets.keyIds.length) {
    const rewriting = runPeriodically(database, {
      name: 'secrets',
      everyMs: REWRITE_EVERY_MS,
      work: async () => void (await rewriteSecrets(platform, isStopping)),
      onError,
    });
    periodic.push(rewriting);
    rewriting.hurry();
  }
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
