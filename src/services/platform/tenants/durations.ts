const CLOCK = /^(?:(?:(\d{1,6}):)?([0-5]?\d):)?(\d{1,9})$/;
const ISO =
  /^([+-])?P(?:([+-]?\d{1,9})D)?(?:T(?:([+-]?\d{1,9})H)?(?:([+-]?\d{1,9})M)?(?:([+-]?\d{1,9})(?:[.,]\d{0,9})?S)?)?$/i;

/**
 * Reads a duration as hawkBit takes it: `HH:mm:ss`, `mm:ss`, seconds, or ISO 8601 (`PT2M30S`).
 * @returns whole seconds, negative where ISO 8601 says so; undefined where the text is none of these.
 */
export function parseDuration(text: string): number | undefined {
  const clock = CLOCK.exec(text);
  if (clock) {
    const [, hours, minutes, seconds] = clock;
    if (minutes !== undefined && Number(seconds) > 59) return undefined;
    return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
  }
  const iso = ISO.exec(text);
  if (!iso || /[PT]$/i.test(text)) return undefined;
  const [, sign, days, hours, minutes, seconds] = iso;
  const total =
    Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return sign === '-' ? 0 - total : total;
}

const two = (n: number) => String(n).padStart(2, '0');

/** Renders seconds as `HH:mm:ss`, the only form devices are given. */
export const formatDuration = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
