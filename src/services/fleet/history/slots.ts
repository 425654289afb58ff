/** What is counted together. */
export const SLOT_MS = 300_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** How far back is made up for what nobody wrote. */
export const MADE_UP_MS = DAY_MS;

/** The start of the stretch of that length in which a moment lies; stretches are counted from 1970 in UTC. */
export const startOf = (moment: Date, lengthMs = SLOT_MS): Date =>
  new Date(Math.floor(moment.getTime() / lengthMs) * lengthMs);

export const before = (moment: Date, ms: number): Date => new Date(moment.getTime() - ms);
