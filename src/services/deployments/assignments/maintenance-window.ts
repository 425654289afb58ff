import { Cron } from 'croner';
import { z } from 'zod';
import { maintenanceWindowInvalid } from '../../../errors.ts';
import { plainText } from '../../shared/text.ts';

/** When a device may install: from each time of the schedule on, for as long as `duration` says. */
export interface MaintenanceWindow {
  /** A Quartz cron expression of 6 or 7 fields. */
  schedule: string;
  /** `HH:mm:ss`; seconds may be left out or have a fraction. */
  duration: string;
  /** `+HH:mm`, `-HH:mm` or `Z`; also shorter, as `+2`, `+02` and `+0200` */
  timezone: string;
}

/** The window that a row tells of. */
export const maintenanceWindowOf = ({
  schedule,
  duration,
  timezone,
}: Partial<Nullable>): MaintenanceWindow | null =>
  schedule && duration && timezone ? { schedule, duration, timezone } : null;
type Nullable = Record<keyof MaintenanceWindow, string | null>;

const part = plainText(0, 128).nullish();
/** The parts as callers give them; none at all, or all empty, is no window. */
export const MaintenanceWindowInput = z.object({ schedule: part, duration: part, timezone: part });
export type MaintenanceWindowInput = z.input<typeof MaintenanceWindowInput>;

/**
 * Checks a window, which must open at least once more.
 * @throws MAINTENANCE_WINDOW_INVALID
 */
export function readMaintenanceWindow(
  { schedule, duration, timezone }: z.output<typeof MaintenanceWindowInput>,
  now: Date,
): MaintenanceWindow | null {
  if (!schedule && !duration && !timezone) return null;
  if (!schedule || !duration || !timezone)
    throw maintenanceWindowInvalid('needs schedule, duration and timezone, or none of them');
  const window = { schedule, duration, timezone };
  const refuse = (field: string, rule: string) =>
    maintenanceWindowInvalid(rule, ['maintenanceWindow', field]);
  if (durationOf(window) === undefined) throw refuse('duration', 'must be HH:mm:ss or HH:mm, below 24 hours');
  if (offsetOf(window) === undefined) throw refuse('timezone', 'must be an offset as +02:00, or Z');
  const cron = cronOf(window);
  if (!cron) throw refuse('schedule', 'must be a Quartz cron expression of 6 or 7 fields');
  if (!nextOpening(window, now)) throw refuse('schedule', 'must have a time that is not over');
  return window;
}

/** The opening that is open, or else the next; undefined where the last one is over. */
export function nextOpening(window: MaintenanceWindow, now: Date): { from: Date; to: Date } | undefined {
  const lasting = durationOf(window) ?? 0;
  const from = cronOf(window)?.nextRun(new Date(now.getTime() - lasting));
  return from ? { from, to: new Date(from.getTime() + lasting) } : undefined;
}

const FIELDS = /^[\d*?,/\-LW#A-Za-z]+( +[\d*?,/\-LW#A-Za-z]+){5,6}$/;

function cronOf({ schedule, timezone }: MaintenanceWindow): Cron | undefined {
  const text = schedule.trim();
  if (!FIELDS.test(text)) return undefined;
  try {
    return new Cron(text, {
      mode: '6-or-7-parts',
      alternativeWeekdays: true,
      sloppyRanges: true,
      utcOffset: offsetOf({ timezone }) ?? 0,
    });
  } catch {
    return undefined;
  }
}

const DURATION = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?$/;

/** In milliseconds. */
function durationOf({ duration }: { duration: string }): number | undefined {
  const [, hours, minutes, seconds = '0'] = DURATION.exec(duration.trim()) ?? [];
  if (hours === undefined) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * 60_000 + Math.floor(Number(seconds) * 1000);
}

/** Java's `ZoneOffset`, as in hawkBit. */
const OFFSET = /^([+-])(\d|0\d|1[0-8])(?:(?<=\d\d):?([0-5]\d))?$/;

/** In minutes. */
function offsetOf({ timezone }: { timezone: string }): number | undefined {
  if (timezone === 'Z') return 0;
  const [, sign, hours, minutes = '0'] = OFFSET.exec(timezone) ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
