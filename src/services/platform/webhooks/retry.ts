const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long to wait after the first failure, the second …; after all later ones as long as after the last. */
const WAITS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR];
const waitAfter = (failures: number) => WAITS[Math.min(failures, WAITS.length) - 1]!;
/** Up to one and a half times as long, so that webhooks that failed together don't come back together. */
const spread = (ms: number) => ms * (1 + Math.random() / 2);

/** A receiver that takes nothing for so long is given up until somebody resumes the webhook. */
export const SUSPENDED_AFTER_MS = 24 * HOUR;
/** An event that was refused so often, by a receiver that takes others, has failed. */
export const GIVEN_UP_AFTER = 10;

export const retryAfter = (now: Date, failures: number): Date =>
  new Date(now.getTime() + spread(waitAfter(failures)));
