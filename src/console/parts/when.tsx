import { Text, Tooltip } from '@mantine/core';
import { common, time } from '../texts/common.ts';
import { useNow } from './use-now.ts';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
/** In the reader's zone. */
export const exactText = (at: string): string => exact.format(new Date(at));
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
const FEW_SECONDS = 45;
const LONG_AGO = 30 * 86_400;

/** `5 minutes ago`; for what is further away, the day. */
export function agoText(at: Date, now: number): string {
  const seconds = (at.getTime() - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < FEW_SECONDS) return time.now;
  if (distance > LONG_AGO) return day.format(at);
  const [unit, size] = UNITS.find(([, length]) => distance >= length) ?? (['minute', 60] as const);
  return relative.format(Math.round(seconds / size), unit);
}

/** A moment in the reader's zone: how long ago, and the exact time on hover. */
export function When({
  at,
  never = common.never,
  c,
  size = 'sm',
}: {
  at: string | null | undefined;
  never?: string;
  c?: string;
  size?: 'xs' | 'sm';
}) {
  const now = useNow();
  if (!at)
    return (
      <Text span size={size} c="dimmed">
        {never}
      </Text>
    );
  const date = new Date(at);
  return (
    <Tooltip label={exact.format(date)} openDelay={200} events={{ hover: true, focus: true, touch: true }}>
      <Text span size={size} c={c} component="time" dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {agoText(date, now)}
      </Text>
    </Tooltip>
  );
}
